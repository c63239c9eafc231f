// Starts Swagger UI on the service's own document. Tokens stay in the page's memory, and nothing leaves this origin.
const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  validatorUrl: null,
  persistAuthorization: false,
  queryConfigEnabled: false,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  onComplete: () => {
    const title = ui.specSelectors.info().get("title");
    if (title) document.title = title;
  },
});
