"""Tries every regular expression of the program on text made to hang it. A program of its own, ended by its parent.

    python hostile_patterns.py CHECKOUT FIRST

Collects what the program compiles – when its modules are imported, when its word lists are read, and what is written
where it is used – and tries each from number FIRST on: a line `try N NAME` before, `done N` after, `all` at the end.
The parent ends it when a line is too long in coming.
"""

import ast
import copy
import importlib
import pkgutil
import random
import re
import re._parser as sre  # the parser of `re` itself: what a pattern would take is read off its own tree
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

SIZE = 200_000
SECONDS = 10
"""Of processor time for one text; the kernel ends the process then, whatever it is doing."""
SHORT = 5
"""What takes a 25th of that on a text five times shorter would take all of it on the long one, were it quadratic."""
# A pattern works alike at every size; what reads and judges need not, so hostile_work.py knows the long texts only.
MOST_PUMPS = 24
Pattern = re.Pattern

PLAIN = [
    "a", "A", "é", "1", " ", "\n", "\t", " \n", "\u00a0", ".", ",", "-", "_", "(", ")", "()", "[(", "<", ">",
    '"', "'", "&", "=", "@", "\\", "/", ":", "#", "{", "|", "«", "“", "—", "a ", "1 ", "a.", "1.", "1,", "a-", "a@",
    "a=", "Aa", "a\n", "1/", " - ", ". ", "<a ", "<link a", "<!--", "&#", '="', "[-", "{+", "http://", "i", "x", "v",
]  # fmt: skip


class Seen:
    """Every compiled pattern with the place that asked for it, noted as it is compiled."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int], list[Pattern]] = {}
        self.compile = re._compile

    def __call__(self, pattern, flags):
        made = self.compile(pattern, flags)
        frame = sys._getframe(1)
        while frame is not None and "/re/" in frame.f_code.co_filename:
            frame = frame.f_back
        if frame is not None:
            self.found.setdefault((frame.f_code.co_filename, frame.f_lineno), []).append(made)
        return made


def named(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call of `re.something`, with the name its result is kept under."""
    names = {
        id(value): node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        for value in [node.value]
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr not in {"escape", "error"}
        ):
            yield node, names.get(id(node), "")


def uses(tree: ast.Module) -> dict[str, set[str]]:
    """Name of a pattern → how it is used here (`_WORD.match(…)` → match)."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, set()).add(node.attr)
    return found


class _Escaped(ast.NodeTransformer):
    """What was escaped is a word like any other."""

    def __init__(self, word: str | bytes) -> None:
        self.word = word

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "escape":
            return ast.Constant(self.word)
        if isinstance(node.func, ast.Name) and node.func.id == "map":
            return ast.Constant((self.word,))
        return self.generic_visit(node)


def written(call: ast.Call, module: object) -> Pattern:
    """The pattern of a call that did not run, from its words. Raises NameError when it is not made of constants."""
    method = call.func.attr
    at = {"compile": 1, "split": 3, "sub": 4}.get(method, 2)
    flags = [call.args[at]] if len(call.args) > at else [k.value for k in call.keywords if k.arg == "flags"]

    def value(node: ast.expr) -> object:
        return eval(compile(ast.fix_missing_locations(ast.Expression(node)), "<pattern>", "eval"), vars(module))

    try:
        text = value(_Escaped("aaab").visit(copy.deepcopy(call.args[0])))
    except TypeError:
        text = value(_Escaped(b"aaab").visit(call.args[0]))
    return re.compile(text, value(flags[0]) if flags else 0)


def collect(checkout: Path) -> list[tuple[str, Pattern, set[str]]]:
    """(place and name, pattern, the methods it is used with), each once."""
    seen = Seen()
    re._compile = seen
    sys.path.insert(0, str(checkout))
    import monitor

    modules = {}
    for info in pkgutil.walk_packages(monitor.__path__, "monitor."):
        if not info.name.endswith("__main__"):
            module = importlib.import_module(info.name)
            modules[module.__file__] = module
    from monitor.wiring import load_lore

    load_lore()
    re._compile = seen.compile
    everything: dict[tuple, tuple[str, Pattern, set[str]]] = {}
    for file, module in sorted(modules.items()):
        tree = ast.parse(Path(file).read_text("utf-8"))
        used = uses(tree)
        where = Path(file).relative_to(checkout)
        for call, name in named(tree):
            methods = used.get(name, set()) & METHODS.keys() if name else set()
            if call.func.attr != "compile":
                methods = {call.func.attr} & METHODS.keys()
            patterns = seen.found.get((file, call.lineno)) or [written(call, module)]
            for n, pattern in enumerate(patterns):
                title = f"{where}:{call.lineno} {name or call.func.attr}{f' [{n}]' if n else ''}"
                everything.setdefault((pattern.pattern, pattern.flags, frozenset(methods)), (title, pattern, methods))
    return list(everything.values())


METHODS = {
    "search": lambda p, text: p.search(text),
    "match": lambda p, text: p.match(text),
    "fullmatch": lambda p, text: p.fullmatch(text),
    "findall": lambda p, text: p.findall(text),
    "finditer": lambda p, text: sum(1 for _ in p.finditer(text)),
    "split": lambda p, text: p.split(text),
    "sub": lambda p, text: p.sub(text[:0], text),
    "subn": lambda p, text: p.sub(text[:0], text),
}


class Sample:
    """A text that a pattern takes, or nearly; `pumps`: what stands before each repetition, and what is repeated."""

    def __init__(self, pattern: Pattern, choose: random.Random) -> None:
        self.choose = choose
        self.pumps: list[tuple[str, str]] = []
        text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
        self.text = self.of(sre.parse(text, flags), "")

    def of(self, tree, before: str) -> str:
        made = ""
        for op, argument in tree:
            made += self.one(str(op), argument, before + made)
        return made

    def one(self, op: str, argument, before: str) -> str:
        if op == "LITERAL":
            return chr(argument)
        if op in {"NOT_LITERAL", "ANY"}:
            return "a" if op == "ANY" or argument != ord("a") else "b"
        if op == "IN":
            return self.member(argument)
        if op == "BRANCH":
            return self.of(self.choose.choice(argument[1]), before)
        if op == "SUBPATTERN":
            return self.of(argument[3], before)
        if op == "ATOMIC_GROUP":
            return self.of(argument, before)
        if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, most, inner = argument
            body = self.of(inner, before)
            if most > 50 and body:
                self.pumps.append((before, body))
            return body * max(least, min(int(most), self.choose.randint(0, 1)))
        return ""

    def member(self, choices) -> str:
        negated = str(choices[0][0]) == "NEGATE"
        ranges = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_SPACE": "a"}
        if negated:
            taken = re.compile(
                "".join(_charset(c) for c in choices[1:]) and f"[{''.join(_charset(c) for c in choices[1:])}]"
            )
            return next((c for c in 'a1 .-\n<é"' if not taken.match(c)), "~")
        op, value = self.choose.choice(choices)
        if str(op) == "LITERAL":
            return chr(value)
        if str(op) == "RANGE":
            return chr(value[0])
        return ranges.get(str(value), ".")


def _charset(choice) -> str:
    op, value = choice
    if str(op) == "LITERAL":
        return re.escape(chr(value))
    if str(op) == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    names = {"DIGIT": "\\d", "SPACE": "\\s", "WORD": "\\w", "NOT_DIGIT": "\\D", "NOT_SPACE": "\\S", "NOT_WORD": "\\W"}
    return names[str(value).removeprefix("CATEGORY_").removeprefix("UNI_")]


def hostile(pattern: Pattern, size: int) -> Iterator[str]:
    """Texts of so many letters: of one piece, and of the pattern's own words pumped and then spoilt."""
    for piece in PLAIN:
        yield piece * (size // len(piece))
    yield '<link a="' + "a" * size
    choose = random.Random(7)
    samples = [Sample(pattern, choose) for _ in range(12)]
    pumps = list(dict.fromkeys(pump for sample in samples for pump in sample.pumps))
    choose.shuffle(pumps)
    for before, body in pumps[:MOST_PUMPS]:
        yield before + body * (size // len(body)) + "\0"
        if before:
            yield (before + body) * (size // len(before + body)) + "\0"
    for text in dict.fromkeys(s.text for s in samples[:4]):
        for piece in {text, text[:-1], text[: len(text) // 2]} - {""}:
            yield piece * (size // len(piece)) + "\0"


def seconds(pattern: Pattern, methods: set[str], text: str) -> float:
    """Processor time of a pattern for one text; the process is ended when it is too much."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    begun = time.process_time()
    given = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    for method in sorted(methods) or ["finditer", "fullmatch"]:
        METHODS[method](pattern, given)
    return time.process_time() - begun


def main(checkout: Path, first: int) -> None:
    for n, (title, pattern, methods) in enumerate(collect(checkout)):
        if n < first:
            continue
        sys.stdout.write(f"try {n} {title}\n")
        sys.stdout.flush()
        # The same texts in two lengths; the long one only where the short one was slow, which spares most of the time.
        for short, long in zip(hostile(pattern, SIZE // SHORT), hostile(pattern, SIZE), strict=True):
            if seconds(pattern, methods, short) > SECONDS / SHORT**2 / 2:
                seconds(pattern, methods, long)
        sys.stdout.write(f"done {n}\n")
        sys.stdout.flush()
    sys.stdout.write("all\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
