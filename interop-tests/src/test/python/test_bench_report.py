"""What the benchmark makes of its figures: ratios, table, record, comparison, report, drawing."""

from __future__ import annotations

import contextlib
import io
import pathlib
import xml.etree.ElementTree as ElementTree

import benching
from folders import FolderTest

assert benching.SOURCES  # its import has put them on the path

from bench import table  # noqa: E402
from bench.chart import draw  # noqa: E402
from bench.compare import Verdict, compare, verdict  # noqa: E402
from bench.errors import BenchError  # noqa: E402
from bench.goals import Cell, Failed, Outcome, Result, Skipped, at_least, at_most  # noqa: E402
from bench.measuring import Ratio, Sample, figure, take_turns  # noqa: E402
from bench.progress import Progress  # noqa: E402
from bench.record import Run  # noqa: E402
from bench.report import BEGIN, END, Report  # noqa: E402

SIZES = "Rates by size"


def outcomes() -> list[Outcome]:
    """Return one of each kind, not in the order of their numbers."""
    return [
        Skipped("P12", "round trip: over X's", "X is not installed"),
        Result(
            "P4", "pipe, `bytes`: rate", Ratio.of([4.0, 6.0, 3.0], [2.0, 2.0, 2.0]), at_least(1.35)
        ),
        Failed("large", "receive in CPython has ended with 1"),
        Result(
            "P2", "CPU per item", Ratio.fixed([0.5, 0.62, 0.38]), at_most(0.4), "2 us, CPython 4"
        ),
        Result("P11", "idle memory", Ratio.fixed([70.0]), at_most(75, "MiB")),
        Result("", "100 B", Ratio.fixed([0.0, 0.004]), cell=Cell(SIZES, "100 B", "Java takes")),
        Result("", "1 KiB", Ratio.fixed([250.0]), cell=Cell(SIZES, "1 KiB", "Java sends")),
    ]


def run(*results: Outcome) -> Run:
    """Return a run with these outcomes."""
    return Run({"processor": "2 cores", "CPython": "3.8.18"}, results or outcomes(), 61.4)


class Ratios(FolderTest):
    def test_rounds_are_divided_one_by_one(self) -> None:
        ratio = Ratio.of([4, 6, 3], [2, 2, 2])
        self.assertEqual((ratio.median, ratio.low, ratio.high), (2, 1.5, 3))
        self.assertEqual(str(ratio), "2.00 (1.50-3.00)")

    def test_figures_have_the_places_that_matter(self) -> None:
        for value, text in (
            (0, "0.00"),
            (0.0123, "0.012"),
            (0.5, "0.50"),
            (7.255, "7.25"),
            (250.4, "250"),
        ):
            self.assertEqual(figure(value), text)

    def test_goals(self) -> None:
        ratio = Ratio.fixed([1, 2, 3])
        for goal, reached in (
            (at_least(2), True),
            (at_least(2.1), False),
            (at_most(2), True),
            (at_most(1.9), False),
        ):
            self.assertIs(goal.is_reached_by(ratio), reached)
        self.assertEqual((str(at_least(1.35)), str(at_most(75, "MiB"))), (">= 1.35", "<= 75 MiB"))

    def test_sides_take_turns_and_the_warm_up_does_not_count(self) -> None:
        order = []

        class Side:
            def __init__(self, name: str) -> None:
                self.name = name

            def run(self, seconds: float) -> Sample:
                order.append(self.name)
                return Sample(len(order))

        samples = take_turns(
            [Side("a"), Side("b")], rounds=2, seconds=1, warm_up=0, progress=lambda what: None
        )
        self.assertEqual(order, ["a", "b"] * 4)
        values = {name: [sample.value for sample in side] for name, side in samples.items()}
        self.assertEqual(values, {"a": [5, 7], "b": [6, 8]})


class Tables(FolderTest):
    def test_goals_in_order_then_tables_then_failures_then_the_summary(self) -> None:
        self.assertEqual(
            list(table.lines(outcomes())),
            [
                "     measure               median (min-max)      goal",
                "P2   CPU per item          0.50 (0.38-0.62)      <= 0.4     MISSED",
                "         2 us, CPython 4",
                "P4   pipe, bytes: rate     2.00 (1.50-3.00)      >= 1.35",
                "P11  idle memory           70.00 (70.00-70.00)   <= 75 MiB",
                "P12  round trip: over X's  not measured: X is not installed",
                "",
                "     Rates by size",
                "     100 B                 0.002 (0.00-0.004)",
                "     1 KiB                 250 (250-250)",
                "",
                "FAILED large: receive in CPython has ended with 1",
                "4 goals: 2 reached, 1 missed, 1 not measured",
            ],
        )

    def test_progress_elsewhere_than_on_a_terminal_is_a_line_a_case(self) -> None:
        written = io.StringIO()
        with contextlib.redirect_stderr(written):
            progress = Progress(2)
            for case in ("pipes", "large"):
                progress.begin(case)
                progress.say("round 1 of 5")
                progress.end()
        self.assertEqual(written.getvalue(), "[1/2] pipes\n[2/2] large\n")

    def test_progress_on_a_terminal_changes_its_line(self) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        written = Terminal()
        with contextlib.redirect_stderr(written):
            progress = Progress(1)
            progress.begin("pipes")
            progress.say("round 1 of 5")
            progress.end()
        first, second, third = written.getvalue().split("\r\033[K")[1:]
        self.assertEqual((first, second), ("[1/1] pipes: starting", "[1/1] pipes: round 1 of 5"))
        self.assertRegex(third, r"^\[1/1\] pipes: \d+ s\n$")


class Records(FolderTest):
    def test_a_run_is_read_as_it_was_written(self) -> None:
        file = pathlib.Path(self.path("run.json"))
        run().save(file)
        self.assertEqual(Run.load(file), run())

    def test_other_files_are_refused(self) -> None:
        for content in ("", "[]", "{}", '{"format": 2}', '{"format": 1, "outcomes": [{}]}'):
            with self.subTest(content), self.assertRaisesRegex(BenchError, "not written by --json"):
                Run.load(pathlib.Path(self.write("run.json", content)))

    def test_spreads_that_have_something_in_common_agree(self) -> None:
        first = Ratio((1.0, 2.0, 3.0))
        for second, found in (
            ((1.5, 2.5, 2.6), Verdict.AGREES),
            ((2.0, 2.0, 2.0), Verdict.AGREES),
            ((2.1, 2.2, 2.9), Verdict.MOVED),
            ((1.9, 3.1, 3.2), Verdict.MOVED),
            ((2.004, 2.004, 3.0), Verdict.AGREES),  # printed as 2.00
            ((3.0, 3.5, 4.0), Verdict.MOVED),
            ((3.01, 3.5, 4.0), Verdict.DIFFERS),
            ((0.1, 0.2, 0.99), Verdict.DIFFERS),
        ):
            with self.subTest(second):
                self.assertIs(verdict(first, Ratio(second)), found)
                self.assertIs(verdict(Ratio(second), first), found)

    def test_measured_again_is_one_result_with_the_detail_of_the_more_usual(self) -> None:
        first = Result("P1", "x", Ratio((1, 2, 9)), at_least(2), "first")
        again = Result("P1", "x", Ratio((3, 4, 5)), at_least(2), "again")
        self.assertEqual(first.key, again.key)
        for joined in (first.joined(again), again.joined(first)):
            self.assertEqual(sorted(joined.ratio.values), [1, 2, 3, 4, 5, 9])
            self.assertEqual((joined.detail, joined.goal), ("again", first.goal))
        self.assertNotEqual(first.key, Skipped("P1", "y", "").key)

    def test_comparison_counts_what_differs(self) -> None:
        def ratio(number: str, *values: float) -> Result:
            return Result(number, "`x`", Ratio(values))

        first = run(
            ratio("P1", 1, 2, 3), ratio("P2", 1, 2, 3), ratio("P3", 1), ratio("P4", 1, 2, 3)
        )
        second = run(
            ratio("P4", 2.5, 2.6, 2.7),
            ratio("P2", 4, 5, 6),
            ratio("P1", 1, 2, 3),
            Skipped("P3", "`x`", "gone"),
        )
        lines, differing = compare(first, second)
        self.assertEqual(
            lines,
            [
                "P1   x  2.00 (1.00-3.00)      2.00 (1.00-3.00)      agree",
                "P2   x  2.00 (1.00-3.00)      5.00 (4.00-6.00)      DIFFER",
                "P4   x  2.00 (1.00-3.00)      2.60 (2.50-2.70)      agree, moved",
                "3 ratios: 2 agree, 1 of them moved; 1 differ; 1 in one run only",
            ],
        )
        self.assertEqual(differing, 1)


class Reports(FolderTest):
    def report(self, *results: Outcome) -> str:
        """Write a report and return the page."""
        Report(pathlib.Path(self.folder)).write(run(*results))
        return pathlib.Path(self.path("performance.md")).read_text(encoding="utf-8")

    def test_page_is_made_and_then_only_what_is_between_the_marks_changes(self) -> None:
        page = self.report()
        self.assertTrue(page.startswith(f"# Performance\n\n{BEGIN}\n"), page)
        self.assertTrue(page.endswith(f"\n{END}\n"), page)
        self.write("performance.md", f"by hand\n{page}\n## Also by hand\n")
        again = self.report(Result("P1", "other", Ratio((1.0,))))
        self.assertTrue(again.startswith(f"by hand\n# Performance\n\n{BEGIN}\n"), again)
        self.assertTrue(again.endswith(f"\n{END}\n\n## Also by hand\n"), again)
        self.assertIn("| P1 | other | 1.00 (1.00-1.00) |  |\n", again)
        self.assertNotIn("P2", again)

    def test_page_has_the_machine_the_goals_and_the_tables(self) -> None:
        page = self.report()
        for line in (
            "| processor | 2 cores |",
            "| in all | 61 s |",
            "4 goals: 2 reached, 1 missed, 1 not measured. Bold is missed.",
            "| P2 | CPU per item<br><sub>2 us, CPython 4</sub> | **0.50** (0.38-0.62) | <= 0.4 |",
            "| P4 | pipe, `bytes`: rate | 2.00 (1.50-3.00) | >= 1.35 |",
            "| P12 | round trip: over X's | not measured: X is not installed | |",
            "**Rates by size**",
            "| | Java takes | Java sends |",
            "|---|---|---|",
            "| 100 B | 0.002 (0.00-0.004) |  |",
            "| 1 KiB |  | 250 (250-250) |",
        ):
            self.assertIn(f"\n{line}\n", page)

    def test_what_programs_have_printed_stays_in_its_line_and_cell(self) -> None:
        skipped = Skipped("P12", "over X", "pip:\n  no\tsuch | package")
        line = "P12 | over X | not measured: pip: no such \\| package | |"
        self.assertIn(f"\n| {line}\n", self.report(skipped))
        row = "P12  over X  not measured: pip: no such | package"
        self.assertIn(row, list(table.lines([skipped])))

    def test_page_without_a_place_for_it_is_left_alone(self) -> None:
        for content in ("by hand", BEGIN, f"{END}\n{BEGIN}"):
            path = self.write("performance.md", content)
            with self.subTest(content), self.assertRaisesRegex(BenchError, "lacks the lines"):
                Report(pathlib.Path(self.folder))
            self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), content)
        with self.assertRaisesRegex(BenchError, "no such folder"):
            Report(pathlib.Path(self.path("missing")))

    def test_drawing_has_a_row_for_each_ratio(self) -> None:
        drawing = ElementTree.fromstring(draw(outcomes()))
        name = "{http://www.w3.org/2000/svg}"
        texts = ["".join(text.itertext()) for text in drawing.iter(f"{name}text")]
        for text in ("P2 CPU per item", "0.50 (0.38-0.62)  <= 0.4", "100 B", "250 (250-250)"):
            self.assertIn(text, texts)
        self.assertNotIn("P11 idle memory", texts)  # no ratio
        bars = [bar for bar in drawing.iter(f"{name}rect") if bar.get("fill-opacity")]
        self.assertEqual(len(bars), 4)
        # On one axis: a larger ratio ends farther to the right, and 1 is where the bars begin.
        cpu, rate, _, large = bars
        edge = float(str(rate.get("x")))
        self.assertAlmostEqual(
            float(str(cpu.get("x"))) + float(str(cpu.get("width"))), edge, places=0
        )
        self.assertLess(float(str(rate.get("width"))), float(str(large.get("width"))))

    def test_drawing_of_nothing_is_one_too(self) -> None:
        ElementTree.fromstring(draw([]))


del FolderTest  # unittest would collect it as well
