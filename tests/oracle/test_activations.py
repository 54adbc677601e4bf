"""Every module's values against a reference made without nnscope's capture."""

import copy
from collections import Counter

import pytest
import torch


def reference(model, x):
    """Each module call's output, copied by hooks in a deep copy of the model that writes nothing in place."""
    model = copy.deepcopy(model)
    outputs, seen = {}, Counter()

    def copied(name):
        def hook(_module, _args, output):
            seen[name] += 1
            outputs[name if seen[name] == 1 else f"{name}:{seen[name]}"] = output.clone()

        return hook

    for name, module in model.named_modules():
        if hasattr(module, "inplace"):
            module.inplace = False
        if name:
            module.register_forward_hook(copied(name))
    with torch.no_grad():
        model(x)
    return {name: output for name, output in outputs.items() if output.dim() == 4}


def test_activations_equal_the_reference(probe, network):
    expected = reference(network, probe.specimen.input)
    assert len(expected) > 10
    for name, values in expected.items():
        assert probe.layers[name].shape == tuple(values.shape[1:])
        assert torch.equal(probe.activations(name), values[0]), name


def test_values_recomputed_on_demand_are_the_values_first_seen(probe, network):
    rows = probe.layers.viewable
    first = {row.name: probe.activations(row.name) for row in rows[:: len(rows) // 5]}
    from nnscope.probe.sight import _values

    _values.discard(probe._key)
    for name, values in first.items():
        assert torch.equal(probe.activations(name), values), name


def test_parameters_add_up(probe, network):
    modules = dict(network.named_modules())
    for row in probe.layers:
        if row.name in modules:
            assert row.parameters == sum(p.numel() for p in modules[row.name].parameters())


def test_predictions_are_the_models_own(probe, network):
    with torch.no_grad():
        logits = network(probe.specimen.input)[0].double()  # float32 probabilities of an untrained net tie
    values, indices = logits.softmax(0).topk(5)
    rows = probe.predictions(5)
    assert [row.index for row in rows] == indices.tolist()
    assert [row.probability for row in rows] == pytest.approx(values.tolist(), rel=1e-5)
    assert [row.logit for row in rows] == pytest.approx(logits[indices].tolist(), rel=1e-6)
