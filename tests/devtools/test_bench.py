"""A bench ends with one JSON object."""

from ctn.devtools.bench import last_figure


def test_reads_the_last_line() -> None:
    assert last_figure('warming up\n{"tx_per_s": 900}\n') == {"tx_per_s": 900}


def test_a_bench_without_a_figure_has_none() -> None:
    assert last_figure("") is None
    assert last_figure("done") is None
    assert last_figure("[1, 2]") is None
