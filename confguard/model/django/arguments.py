"""Binding the arguments of a call to the parameters of a function, as Python does."""

from __future__ import annotations

from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    FunctionObject,
    Namespace,
    Raised,
    TupleObject,
)
from confguard.model.value import Known


def bind_arguments(run: Run, function: FunctionObject, arguments: Call, names: Namespace) -> bool:
    """Give parameters their values; False if that cannot be told. Raises TypeError as Python does."""
    spec = function.node.args
    parameters = [*spec.posonlyargs, *spec.args]
    given, keywords = list(arguments.args), dict(arguments.keywords)
    for index, parameter in enumerate(parameters):
        default_index = index - (len(parameters) - len(function.defaults))
        if index < len(given):
            names.names[parameter.arg] = given[index]
            if parameter.arg in keywords:
                raise _mismatch(
                    run, function, f"got multiple values for argument '{parameter.arg}'", arguments
                )
        elif parameter.arg in keywords:
            names.names[parameter.arg] = keywords.pop(parameter.arg)
        elif not arguments.complete:
            return False
        elif default_index >= 0:
            names.names[parameter.arg] = function.defaults[default_index]
        else:
            raise _mismatch(
                run, function, f"missing 1 required positional argument: '{parameter.arg}'", arguments
            )
    rest = given[len(parameters) :]
    if spec.vararg:
        names.names[spec.vararg.arg] = Known(TupleObject(tuple(rest), arguments.complete))
    elif rest:
        raise _mismatch(
            run,
            function,
            f"takes {len(parameters)} positional arguments but {len(given)} were given",
            arguments,
        )
    for parameter, default in zip(spec.kwonlyargs, function.keyword_defaults, strict=True):
        if parameter.arg in keywords:
            names.names[parameter.arg] = keywords.pop(parameter.arg)
        elif not arguments.complete:
            return False
        elif default is not None:
            names.names[parameter.arg] = default
        else:
            raise _mismatch(
                run, function, f"missing 1 required keyword-only argument: '{parameter.arg}'", arguments
            )
    if spec.kwarg:
        made = run.new_dict((key, Known(key), value) for key, value in keywords.items())
        made.complete = arguments.complete
        names.names[spec.kwarg.arg] = Known(made)
    elif keywords:
        raise _mismatch(
            run, function, f"got an unexpected keyword argument '{next(iter(keywords))}'", arguments
        )
    return True


def _mismatch(run: Run, function: FunctionObject, message: str, arguments: Call) -> Raised:
    return run.throw("TypeError", f"{function.name}() {message}", arguments.span)
