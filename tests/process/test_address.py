import os
import subprocess
from pathlib import Path

from support.given import environment
from support.serving import AUTHME, serving


def test_a_second_server_on_the_same_port_says_so_and_does_not_start(tmp_path: Path):
    with serving(environment(f"sqlite:///{tmp_path / 'first.db'}"), tmp_path) as first:
        env = os.environ | environment(f"sqlite:///{tmp_path / 'second.db'}")
        command = [AUTHME, "serve", "--port", str(first.port)]
        ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode != 0
    assert f"AUTHME_HOST, AUTHME_PORT: 127.0.0.1:{first.port}: Address already in use." in ended.stderr
    assert not (tmp_path / "second.db").exists()
