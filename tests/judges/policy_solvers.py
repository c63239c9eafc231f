"""Z3 and cvc5 behind one face: SMT-LIB text in, "sat", "unsat" or "unknown" out, within a time limit."""

from collections.abc import Callable

Solver = Callable[[str, int], str]


def z3_solver(text: str, milliseconds: int) -> str:
    import z3

    solver = z3.Solver()
    solver.set("timeout", milliseconds)
    solver.from_string(text)
    return str(solver.check())


def cvc5_solver(text: str, milliseconds: int) -> str:
    import cvc5

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("strings-exp", "true")
    solver.setOption("tlimit-per", str(milliseconds))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    answer = ""
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, parser.getSymbolManager()).strip() or answer
    return answer if answer in ("sat", "unsat") else "unknown"


SOLVERS: dict[str, Solver] = {"Z3": z3_solver, "cvc5": cvc5_solver}
