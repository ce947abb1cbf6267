"""The configuration file: what it takes, and that it reads back as written (engine.md 20)."""

from pathlib import Path

import pytest

from ctn.node.config import ApiTable, Config, config_text, read_config
from ctn.node.stops import BadConfig


@pytest.mark.parametrize(
    "proxies",
    ['"10.0.0.1"', '["proxy.example"]', '["10.0.0.1/8"]', '["0.0.0.0/0"]', '["::/0"]', "[1]",
     '["10.0.0.0/33"]', '["10.0.0.1", "10.0.0.1\\n"]', '["10.0.0.0/255.0.0.0"]', '[""]',
     "[" + ", ".join(['"10.0.0.1"'] * 65) + "]"],
)  # fmt: skip
def test_refuses_a_proxy_that_is_no_address_and_no_network(tmp_path: Path, proxies: str) -> None:
    path = tmp_path / "node.toml"
    path.write_text(f"[api]\ntrusted_proxies = {proxies}\n")
    with pytest.raises(BadConfig, match=r"node\.toml"):
        read_config(path)


def test_no_proxy_is_trusted_unless_it_is_named(tmp_path: Path) -> None:
    assert read_config(tmp_path / "absent.toml").api.trusted_proxies == ()


@pytest.mark.parametrize("proxies", [(), ("10.0.0.1",), ("10.0.0.0/8", "2001:db8::/32", "::1")])
def test_proxies_are_read_back_as_written(tmp_path: Path, proxies: tuple[str, ...]) -> None:
    config = Config(api=ApiTable(trusted_proxies=proxies))
    path = tmp_path / "node.toml"
    path.write_text(config_text(config))
    assert read_config(path) == config
