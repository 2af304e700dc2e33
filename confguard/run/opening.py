"""The project and the model that a command looks at, and the configuration in force for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from confguard.cards import load_cards
from confguard.config import ConfigError, Settings, load_settings
from confguard.config.paths import refuse_missing
from confguard.discover.installed_packages import NoEnvironment, open_packages
from confguard.discover.kinds import ProjectFile, classify
from confguard.discover.project import Project, find_root, open_project
from confguard.model.host_files import HostFileError
from confguard.model.repo import Repo, build

_ENVIRONMENT = "python-environment"


def settings_for(path: Path, given: Path | None = None, *, isolated: bool = False) -> Settings:
    """Return the configuration of the project that a path belongs to, or that of a file given by hand.

    Raises ConfigError for a configuration that cannot be used and for a path that does not exist.
    """
    try:
        root = find_root(path)
        return Settings() if isolated else load_settings(root, load_cards(), given)
    except FileNotFoundError:
        raise ConfigError(f"there is no file or folder {str(path)!r}") from None


def repo(path: Path, settings: Settings) -> Repo:
    """Return the model of the project that a path belongs to; raises FileNotFoundError for no path."""
    project = project_of(path, settings)
    return model_of(project, classify(project, settings.file_kinds), settings)


def project_of(path: Path, settings: Settings) -> Project:
    """Return the project that a path belongs to, with what the named Python environment holds.

    Raises ConfigError for an environment that cannot be used, FileNotFoundError for no path.
    """
    project = open_project(path, settings.exclude)
    named = settings.python_environment
    if named:
        origin = settings.origins.get(_ENVIRONMENT)
        where = f"{origin}: {_ENVIRONMENT}" if origin is not None else f"--{_ENVIRONMENT}"
        # What a repository says about itself must not lead out of it; a person may.
        if origin is not None and not (project.root / named).resolve().is_relative_to(project.root):
            raise ConfigError(f"{where}: {named!r} lies outside of the project: name it on the command line")
        try:
            project.packages = open_packages(project.root / named, named, project.folders)
        except NoEnvironment as error:
            raise ConfigError(f"{where}: {error}") from None
    return project


def model_of(project: Project, files: tuple[ProjectFile, ...], settings: Settings) -> Repo:
    """Return the model of a project's files; raises ConfigError for what is named and is not there."""
    options, by_name = _options(settings), _by_name(settings)
    refuse_missing(settings, project)
    try:
        return build(
            project,
            files,
            settings.stacks,
            options,
            by_name,
            settings.env_files,
            settings.env_templates,
        )
    except HostFileError as error:
        raise ConfigError(str(error)) from None


def _options(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """Return every rule's options: the card's defaults with the configuration over them."""
    return {
        card.name: {
            **{option.name: option.default for option in card.options.values()},
            **settings.rule_options.get(card.name, {}),
        }
        for card in load_cards().values()
        if card.options
    }


def _by_name(settings: Settings) -> frozenset[str]:
    """Return the rules that were selected by their own name."""
    return frozenset((*settings.select, *settings.extend_select)) & frozenset(load_cards())
