"""The AWS CLI's global options: the same names, the same meaning."""

from __future__ import annotations

import argparse
import http.server
import json
import logging
import ssl
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore import UNSIGNED

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.aws_options import aws_options, sagemaker_client
from cdk_inference_recommender.command_line.output.output_options import output_options
from cdk_inference_recommender.command_line.output.terminal_color import colored_console
from cdk_inference_recommender.command_line.report import report
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import job, recommendation

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_APPLICABLE = {"version", "v2-debug", "no-paginate"}
"""Of the program, not of a command; of another version; every list that is read is read whole."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "SECRET", "REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def client(*options: str) -> Any:
    return sagemaker_client(aws_options().parse_args(options))


def test_every_global_option_of_the_aws_cli_has_its_name_choices_and_default() -> None:
    package = find_spec("awscli")
    assert package is not None
    assert package.origin is not None
    theirs = json.loads(Path(package.origin).with_name("data").joinpath("cli.json").read_text())["options"]
    parser = argparse.ArgumentParser(parents=[aws_options(), output_options()])
    ours = {option: action for action in parser._actions for option in action.option_strings}
    for name, option in theirs.items():
        if name in NOT_APPLICABLE:
            continue
        action = ours[f"--{name}"]
        assert set(action.choices or []) == set(option.get("choices", []))
        assert (action.nargs == 0) is ("action" in option)
        assert action.default == {"store_true": False, "store_false": True}.get(
            option.get("action", ""), option.get("default")
        )
        assert action.dest == option.get("dest", name.replace("-", "_"))


def test_the_region_is_the_option_s_or_the_environment_s_as_in_the_aws_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert client("--region", "eu-west-3").meta.region_name == "eu-west-3"
    assert client().meta.region_name == "eu-west-1"
    monkeypatch.delenv("AWS_REGION")
    assert client().meta.region_name == "eu-west-2"


@pytest.mark.parametrize("kind", ["read", "connect"])
def test_timeouts_are_seconds_and_0_is_without_end(kind: str) -> None:
    name = f"{kind}_timeout"
    assert getattr(client().meta.config, name) == 60
    assert getattr(client(f"--cli-{kind}-timeout", "7").meta.config, name) == 7
    assert getattr(client(f"--cli-{kind}-timeout", "0").meta.config, name) is None


@pytest.mark.parametrize("text", ["-1", "1.5", "soon"])
def test_a_timeout_that_is_none_is_rejected(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        client(f"--cli-read-timeout={text}")
    assert f"{text!r} is no whole number of seconds, 0 or more" in capsys.readouterr().err


def test_requests_without_a_signature_need_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client().meta.config.signature_version == "v4"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert client("--no-sign-request").meta.config.signature_version is UNSIGNED


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Certificate of `localhost`, which signed itself, and its key."""
    import datetime as dt  # noqa: PLC0415 -- for this fixture only

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "certificate.pem"), str(folder / "key.pem")


class NoSuchJob(http.server.BaseHTTPRequestHandler):
    """SageMaker, where there are no jobs."""

    def do_POST(self) -> None:
        body = json.dumps({"__type": "ResourceNotFound", "message": "\x1b[31mno such job"}).encode()
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def service(authority: tuple[str, str]) -> Iterator[str]:
    """Address of a service over TLS, whose certificate no usual authority has signed."""
    server = http.server.ThreadingHTTPServer(("localhost", 0), NoSuchJob)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def message(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["report", "bert", *options]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


def test_a_certificate_is_verified(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = message(capsys, "--endpoint-url", service).splitlines()
    assert "SSL validation failed" in line
    assert line.endswith(
        ". Give --ca-bundle, or AWS_CA_BUNDLE, the certificates of the authority that the service uses."
    )


def test_a_ca_bundle_is_trusted(service: str, authority: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = message(capsys, "--endpoint-url", service, "--ca-bundle", authority[0]).splitlines()
    assert "There is no inference recommendations job 'bert'" in line


def test_a_ca_bundle_that_is_missing_is_one_line(
    service: str, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    missing = str(tmp_path / "none.pem")
    (line,) = message(capsys, "--endpoint-url", service, "--ca-bundle", missing).splitlines()
    assert line == f"inference-recommender: --ca-bundle {missing!r} is no file. Check the path."


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_without_verification_any_certificate_will_do(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--ca-bundle", "nowhere.pem"]):
        shown = message(capsys, "--endpoint-url", service, "--no-verify-ssl", *more)
        assert "There is no inference recommendations job 'bert'" in shown


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_debug_logs_requests_and_tracebacks_to_standard_error(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--endpoint-url", service, "--no-verify-ssl"]
    quiet = message(capsys, *options)
    verbose = message(capsys, *options, "--debug")
    assert "DescribeInferenceRecommendationsJob" in verbose
    assert "Traceback" in verbose
    assert "\x1b" not in verbose
    assert "SECRET" not in verbose
    assert verbose.endswith(quiet)
    assert message(capsys, *options) == quiet, "the log ends with the command"
    assert not logging.getLogger("botocore").isEnabledFor(logging.DEBUG)


@pytest.mark.parametrize(("color", "colored"), [("on", True), ("off", False), ("auto", False)])
def test_colours_in_a_pipe(
    color: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, colored: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(report, "find_job", lambda _: (None, job(recommendation())))
    monkeypatch.setattr(report, "read_tags", lambda *_: {})
    assert main(["report", "bert", "--color", color]) == 0
    assert ("\x1b[1;32m" in capsys.readouterr().out) is colored


def test_colours_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert colored_console("off").color_system is None
    assert colored_console("auto").color_system is not None
