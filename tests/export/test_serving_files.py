"""export/serving/: the server's own messages parse the files, which agree with each other and with
the client's defaults."""

import inspect
import json
import re
import subprocess
from pathlib import Path

import pytest
import requests
import yaml
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)
from scripted_server import answering
from servers import NAME, require_servers_python, tensorflow_model_server
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from oasis_tf.cli.export.client import client as client_verb
from oasis_tf.export.client import connect
from oasis_tf.export.client.address import DEFAULT_GRPC_URL, DEFAULT_REST_URL

pytestmark = pytest.mark.process

SERVING = Path(__file__).parents[2] / "export" / "serving"
COMPOSE, KUBERNETES = SERVING / "docker-compose.yaml", SERVING / "kubernetes.yaml"
README = (SERVING / "README.md").read_text(encoding="utf-8")
GRPC_PORT, REST_PORT = (int(url.rpartition(":")[2]) for url in (DEFAULT_GRPC_URL, DEFAULT_REST_URL))

# Parses by the official class in ovmsclient; tensorflow-serving-api lacks it.
READ_MONITORING = """
import sys
from google.protobuf import text_format
from ovmsclient.tfs_compat.protos.tensorflow_serving.config import monitoring_config_pb2

text = open(sys.argv[1]).read()
config = text_format.Parse(text, monitoring_config_pb2.MonitoringConfig()).prometheus_config
print(config.enable, config.path)
"""


def batching_parameters_class():
    """BatchingParameters, whose class no Python package contains; defined in
    tensorflow_serving/servables/tensorflow/session_bundle_config.proto."""
    wrapped = (
        "max_batch_size",
        "batch_timeout_micros",
        "max_enqueued_batches",
        "num_batch_threads",
    )
    file = descriptor_pb2.FileDescriptorProto(name="batching.proto", syntax="proto3")
    file.dependency.append("google/protobuf/wrappers.proto")
    message = file.message_type.add(name="BatchingParameters")
    kinds = descriptor_pb2.FieldDescriptorProto
    for number, name in enumerate(wrapped, 1):
        message.field.add(
            name=name,
            number=number,
            label=kinds.LABEL_OPTIONAL,
            type=kinds.TYPE_MESSAGE,
            type_name=".google.protobuf.Int64Value",
        )
    message.field.add(
        name="allowed_batch_sizes", number=6, label=kinds.LABEL_REPEATED, type=kinds.TYPE_INT64
    )
    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    pool.Add(wrappers)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("BatchingParameters"))


def parsed(name, message):
    return text_format.Parse((SERVING / name).read_text(encoding="utf-8"), message)


def substituted(text, **variables):
    """Compose's ${NAME:-default}, as the compose specification defines it."""
    return re.sub(r"\$\{(\w+):-(.*?)\}", lambda it: variables.get(it[1]) or it[2], text)


def flags(arguments):
    """--a=b and --c as a dict."""
    return {word.partition("=")[0]: word.partition("=")[2] for word in arguments}


@pytest.fixture
def compose():
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"][NAME]


@pytest.fixture
def deployment_and_service():
    return yaml.safe_load_all(KUBERNETES.read_text(encoding="utf-8"))


@pytest.fixture
def deployment(deployment_and_service):
    return next(deployment_and_service)["spec"]["template"]["spec"]


@pytest.fixture
def served_model():
    """The one model of models.config."""
    (model,) = parsed("models.config", ModelServerConfig()).model_config_list.config
    return model


def test_one_model_is_served_by_the_name_that_clients_ask_for(served_model):
    default = inspect.signature(client_verb).parameters["model"].default
    assert served_model.name == default == NAME
    assert served_model.model_platform == "tensorflow"


def test_batches_end_before_clients_stop_waiting():
    parameters = parsed("batching_parameters.txt", batching_parameters_class()())
    timeout = inspect.signature(client_verb).parameters["timeout"].default
    assert 0 < parameters.batch_timeout_micros.value < 1e6 * timeout
    assert parameters.max_enqueued_batches.value >= parameters.num_batch_threads.value > 0
    sizes = list(parameters.allowed_batch_sizes)  # the server requires the last one to be:
    assert not sizes or sizes[-1] == parameters.max_batch_size.value


def test_metrics_are_on_and_scraped_at_their_path():
    command = [require_servers_python(), "-c", READ_MONITORING, SERVING / "monitoring.config"]
    enabled, path = subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    assert enabled == "True"
    assert path in KUBERNETES.read_text(encoding="utf-8") and path in README


def test_all_servers_are_started_alike(compose, deployment):
    (container,) = deployment["containers"]
    by_compose = flags(compose["entrypoint"][1:])
    by_docker = re.search(r"--entrypoint .*?```", README.replace("\\\n", " "), re.DOTALL)[0]
    by_docker = flags(re.findall(r"--\S+", by_docker.splitlines()[0])[1:])
    assert compose["entrypoint"][0] == container["command"][0] == "tensorflow_model_server"
    assert by_compose == flags(container["args"]) == by_docker
    assert by_compose["--port"] == str(GRPC_PORT)
    assert by_compose["--rest_api_port"] == str(REST_PORT)
    files = [Path(value) for value in by_compose.values() if value.startswith("/")]
    assert {path.parent for path in files} == {Path("/serving")}
    names = sorted(path.name for path in SERVING.iterdir() if path.suffix in (".config", ".txt"))
    assert sorted(path.name for path in files) == names


def test_one_image_is_used_everywhere(compose, deployment):
    (container,) = deployment["containers"]
    assert compose["image"] == container["image"]
    assert set(re.findall(r"tensorflow/serving:[\w.]+", README)) == {compose["image"]}


def test_compose_listens_on_this_machine_and_mounts_what_the_server_reads(compose, served_model):
    for variables, address in (({}, "127.0.0.1"), ({"OASIS_BIND": "0.0.0.0"}, "0.0.0.0")):
        ports = [substituted(port, **variables) for port in compose["ports"]]
        assert ports == [f"{address}:{port}:{port}" for port in (GRPC_PORT, REST_PORT)]
    mounts = [volume.rsplit(":", 2) for volume in compose["volumes"]]
    assert all(mode == "ro" for *_, mode in mounts)
    targets = {target: source for source, target, _ in mounts}
    assert targets.pop(served_model.base_path).startswith("${OASIS_MODELS:?")  # required
    assert targets == {f"/serving/{Path(source).name}": source for source in targets.values()}
    assert all((SERVING / source).is_file() for source in targets.values())


@pytest.mark.parametrize(("state", "exit_code"), [("AVAILABLE", 0), ("LOADING", 1)])
def test_compose_asks_whether_a_version_is_loaded(compose, state, exit_code):
    how, *command = compose["healthcheck"]["test"]
    status = {"model_version_status": [{"version": "1", "state": state}]}
    with answering((200, json.dumps(status).encode())) as (url, asked):
        command[-1] = command[-1].replace(str(REST_PORT), url.rpartition(":")[2])
        done = subprocess.run(command, check=False, timeout=30)
    assert how == "CMD" and done.returncode == exit_code
    assert asked == [f"/v1/models/{NAME}"]


def test_compose_asks_in_vain_where_nothing_listens(compose):
    command = compose["healthcheck"]["test"][1:]
    command[-1] = command[-1].replace(str(REST_PORT), "1")
    assert subprocess.run(command, check=False, timeout=30, stderr=subprocess.DEVNULL).returncode


def test_kubernetes_probes_and_mounts_are_those_of_the_server(deployment, served_model):
    (container,) = deployment["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"grpc": GRPC_PORT, "rest": REST_PORT}
    ready = container["readinessProbe"]["httpGet"]
    assert ready == {"path": f"/v1/models/{NAME}/metadata", "port": "rest"}
    assert container["livenessProbe"]["tcpSocket"]["port"] in ports
    assert container["startupProbe"]["httpGet"] == ready
    assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts.keys() == {volume["name"] for volume in deployment["volumes"]}
    paths = [value for value in flags(container["args"]).values() if value.startswith("/")]
    for path in (*paths, served_model.base_path):
        assert set(map(str, Path(path).parents)) & set(mounts.values()), path


def test_the_service_finds_the_pods(deployment_and_service):
    deployment, service = deployment_and_service
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels == deployment["spec"]["selector"]["matchLabels"]
    ports = {port["name"]: (port["port"], port["targetPort"]) for port in service["spec"]["ports"]}
    assert ports == {"grpc": (GRPC_PORT, "grpc"), "rest": (REST_PORT, "rest")}
    config_map = deployment["spec"]["template"]["spec"]["volumes"][1]["configMap"]["name"]
    for text in (KUBERNETES.read_text(encoding="utf-8"), README):
        command = text.partition(f"create configmap {config_map} ")[2].partition("apply")[0]
        files = re.findall(r"--from-file=export/serving/(\S+)", command)
        assert sorted(files) == ["batching_parameters.txt", "models.config", "monitoring.config"]


def test_the_server_itself_paints_in_batches_and_counts(served):
    flags = (
        "--enable_batching",
        f"--batching_parameters_file={SERVING / 'batching_parameters.txt'}",
        f"--monitoring_config_file={SERVING / 'monitoring.config'}",
    )
    with tensorflow_model_server(served.saved_model, *flags) as server:
        with connect(server.rest, model=NAME, timeout=60, grpc=False) as client:
            served.assert_painted_pngs(client.paint(served.label_pngs, served.seeds.tolist()))
        metrics = requests.get(f"{server.rest}/monitoring/prometheus/metrics", timeout=60)
    assert ":tensorflow:serving:request_count" in metrics.text
