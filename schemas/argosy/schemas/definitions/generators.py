"""Generators of an ApplicationSet: one definition each, and the two levels at which they may stand."""

from argosy.schemas.definitions.building import (
    Schema,
    anything,
    flag,
    items,
    labels,
    number,
    object_of,
    raw,
    ref,
    text,
    texts,
)

__all__ = ["GENERATORS"]

_TEMPLATE = {"template": ref("template", "Template fields that replace those of the set for this generator.")}
_VALUES = {"values": labels("More parameters, found as values.NAME.")}
_REQUEUE = {"requeueAfterSeconds": number("Seconds until the generator is asked again.")}
_SECRET = "secretRef"  # noqa: S105  # the name of a definition

_LIST = object_of(
    "Parameters written out.",
    {
        **_TEMPLATE,
        "elements": items(
            "One mapping of parameters for each Application.", anything("A mapping of parameters.")
        ),
        "elementsYaml": text("More elements, as a YAML text that may itself be a template."),
    },
)

_CLUSTERS = object_of(
    "One set of parameters for each registered cluster.",
    {
        **_TEMPLATE,
        **_VALUES,
        "flatList": flag("Give one set of parameters, with all clusters in the list clusters."),
        "selector": ref(
            "labelSelector", "Labels of the clusters' Secrets; any condition leaves out the local cluster."
        ),
    },
)


def _paths(what: str) -> Schema:
    return items(
        f"Patterns of {what}.",
        object_of(
            f"A pattern of {what}.",
            {"exclude": flag("Whether what it matches is left out."), "path": text("The pattern.")},
            required=("path",),
        ),
    )


def _tree(description: str, url: str, revision: str) -> Schema:
    return object_of(
        description,
        {
            **_TEMPLATE,
            **_VALUES,
            **_REQUEUE,
            "directories": _paths("directories"),
            "files": _paths("files whose content gives parameters"),
            "pathParamPrefix": text("Put before the path parameters, so that two generators do not collide."),
            "repoURL": text(url),
            "revision": text(revision),
        },
        required=("repoURL", "revision"),
    )


_CLUSTER_DECISION = object_of(
    "Clusters named by the status of a custom resource.",
    {
        **_TEMPLATE,
        **_VALUES,
        **_REQUEUE,
        "configMapRef": text("ConfigMap that says which resource, and where its status names clusters."),
        "labelSelector": ref("labelSelector", "Labels of the resource."),
        "name": text("Name of the resource; either this or labelSelector."),
    },
    required=("configMapRef",),
)

_PLUGIN = object_of(
    "Parameters that a service of your own answers with.",
    {
        **_TEMPLATE,
        **_VALUES,
        **_REQUEUE,
        "configMapRef": object_of(
            "ConfigMap that says where the service is.", {"name": text("Its name.")}, required=("name",)
        ),
        "input": object_of(
            "What the service is told.",
            {
                "parameters": {
                    "description": "Any values.",
                    "type": "object",
                    "additionalProperties": anything("Any value."),
                }
            },
        ),
    },
    required=("configMapRef",),
)

_API = {"api": text("URL of the API, the public service's if empty.")}
_TOKEN = {"tokenRef": ref(_SECRET, "Where the access token is.")}
_INSECURE = {"insecure": flag("Do not check the server's certificate.")}
_CA = {"caRef": ref("configMapKeyRef", "Where certificates that may sign the server's are.")}
_ALL_BRANCHES = {"allBranches": flag("Take all branches and not the default one only.")}
_ATLASSIAN = {
    "basicAuth": ref("basicAuth", "User name and password."),
    "bearerToken": ref("bearerToken", "Access token."),
}
_PR_LABELS = {"labels": texts("Labels that a pull request must have.")}
_APP_SECRET = {"appSecretName": text("Secret with the credentials of a GitHub App.")}

_SCM = object_of(
    "One set of parameters for each repository of an organization.",
    {
        **_TEMPLATE,
        **_VALUES,
        **_REQUEUE,
        "awsCodeCommit": object_of(
            "AWS CodeCommit.",
            {
                **_ALL_BRANCHES,
                "region": text("AWS region, the environment's if empty."),
                "role": text("Role to assume."),
                "tagFilters": items(
                    "Tags that repositories must have.",
                    object_of(
                        "A tag.", {"key": text("Its key."), "value": text("Its value.")}, required=("key",)
                    ),
                ),
            },
        ),
        "azureDevOps": object_of(
            "Azure DevOps.",
            {
                **_ALL_BRANCHES,
                **_API,
                "accessTokenRef": ref(_SECRET, "Where the access token is."),
                "organization": text("Organization."),
                "teamProject": text("Team project."),
            },
            required=("accessTokenRef", "organization", "teamProject"),
        ),
        "bitbucket": object_of(
            "Bitbucket Cloud.",
            {
                **_ALL_BRANCHES,
                "appPasswordRef": ref(_SECRET, "Where the app password is."),
                "owner": text("Workspace."),
                "user": text("User who reads it."),
            },
            required=("appPasswordRef", "owner", "user"),
        ),
        "bitbucketServer": object_of(
            "Bitbucket Server.",
            {
                **_ALL_BRANCHES,
                **_ATLASSIAN,
                **_CA,
                **_INSECURE,
                "api": text("URL of the API."),
                "project": text("Project."),
            },
            required=("api", "project"),
        ),
        "cloneProtocol": text("Form of the URLs that are given: ssh or https."),
        "filters": items(
            "A repository that fulfils one of them is taken; all if empty.",
            object_of(
                "Conditions, all of which must hold.",
                {
                    "branchMatch": text("Regular expression for the branch."),
                    "labelMatch": text("Regular expression for one of the repository's labels."),
                    "pathsDoNotExist": texts("Paths that must not exist."),
                    "pathsExist": texts("Paths that must exist."),
                    "repositoryMatch": text("Regular expression for the repository's name."),
                },
            ),
        ),
        "gitea": object_of(
            "Gitea.",
            {
                **_ALL_BRANCHES,
                **_INSECURE,
                **_TOKEN,
                "api": text("URL of the API."),
                "excludeArchivedRepos": flag("Leave out archived repositories."),
                "owner": text("Organization or user."),
            },
            required=("api", "owner"),
        ),
        "github": object_of(
            "GitHub.",
            {
                **_ALL_BRANCHES,
                **_API,
                **_APP_SECRET,
                **_TOKEN,
                "excludeArchivedRepos": flag("Leave out archived repositories."),
                "organization": text("Organization."),
            },
            required=("organization",),
        ),
        "gitlab": object_of(
            "GitLab.",
            {
                **_ALL_BRANCHES,
                **_API,
                **_CA,
                **_INSECURE,
                **_TOKEN,
                "group": text("Group, by id or full path."),
                "includeArchivedRepos": flag("Take archived repositories, too."),
                "includeSharedProjects": flag("Take projects shared with the group; true if not given."),
                "includeSubgroups": flag("Take the projects of subgroups, too."),
                "topic": text("Topic that a project must have."),
            },
            required=("group",),
        ),
    },
)

_PULL_REQUESTS = object_of(
    "One set of parameters for each open pull request.",
    {
        **_TEMPLATE,
        **_VALUES,
        **_REQUEUE,
        "azuredevops": object_of(
            "Azure DevOps.",
            {
                **_API,
                **_PR_LABELS,
                **_TOKEN,
                "organization": text("Organization."),
                "project": text("Project."),
                "repo": text("Repository."),
            },
            required=("organization", "project", "repo"),
        ),
        "bitbucket": object_of(
            "Bitbucket Cloud.",
            {**_API, **_ATLASSIAN, "owner": text("Workspace."), "repo": text("Repository.")},
            required=("owner", "repo"),
        ),
        "bitbucketServer": object_of(
            "Bitbucket Server.",
            {
                **_ATLASSIAN,
                **_CA,
                **_INSECURE,
                "api": text("URL of the API."),
                "project": text("Project."),
                "repo": text("Repository."),
            },
            required=("api", "project", "repo"),
        ),
        "continueOnRepoNotFoundError": flag(
            "Give nothing, instead of failing, where the repository is missing."
        ),
        "filters": items(
            "A pull request that fulfils one of them is taken; all if empty.",
            object_of(
                "Conditions, all of which must hold.",
                {
                    "branchMatch": text("Regular expression for its branch."),
                    "targetBranchMatch": text("Regular expression for the branch it goes to."),
                    "titleMatch": text("Regular expression for its title."),
                },
            ),
        ),
        "gitea": object_of(
            "Gitea.",
            {
                **_INSECURE,
                **_PR_LABELS,
                **_TOKEN,
                "api": text("URL of the API."),
                "owner": text("Organization or user."),
                "repo": text("Repository."),
            },
            required=("api", "owner", "repo"),
        ),
        "github": object_of(
            "GitHub.",
            {
                **_API,
                **_APP_SECRET,
                **_PR_LABELS,
                **_TOKEN,
                "owner": text("Organization or user."),
                "repo": text("Repository."),
            },
            required=("owner", "repo"),
        ),
        "gitlab": object_of(
            "GitLab.",
            {
                **_API,
                **_CA,
                **_INSECURE,
                **_PR_LABELS,
                **_TOKEN,
                "project": text("Project, by id or full path."),
                "pullRequestState": text("State of the merge requests, as GitLab names it; any if empty."),
            },
            required=("project",),
        ),
    },
)

_SELECTOR = {"selector": ref("labelSelector", "Conditions on the parameters; sets that fail are dropped.")}

_TERMINAL = {
    **_SELECTOR,
    "clusterDecisionResource": ref("clusterDecisionResource", "Clusters named by a custom resource."),
    "clusters": ref("clusters", "Registered clusters."),
    "git": ref("git", "Directories or files of a Git repository."),
    "list": ref("list", "Parameters written out."),
    "oci": ref("oci", "Directories or files of an OCI artifact."),
    "plugin": ref("pluginGenerator", "A service of your own."),
    "pullRequest": ref("pullRequest", "Open pull requests."),
    "scmProvider": ref("scmProvider", "Repositories of an organization."),
}

_MERGE_KEYS = {"mergeKeys": texts("Parameters that must be equal for two sets to be merged.")}


def _combined(description: str, children: str, more: dict[str, Schema], required: tuple[str, ...]) -> Schema:
    fields = {"generators": items("The generators that are combined.", ref(children)), **more}
    return object_of(description, fields, required=required)


GENERATORS: dict[str, Schema] = {
    "clusterDecisionResource": _CLUSTER_DECISION,
    "clusters": _CLUSTERS,
    "git": _tree(
        "Directories or files of a Git repository.",
        "URL of the repository.",
        "Branch, tag or commit to read.",
    ),
    "list": _LIST,
    "oci": _tree(
        "Directories or files of an OCI artifact.", "URL of the artifact.", "Tag or digest to read."
    ),
    "pluginGenerator": _PLUGIN,
    "pullRequest": _PULL_REQUESTS,
    "scmProvider": _SCM,
    "terminalGenerator": object_of("A generator within two combinations.", _TERMINAL),
    "nestedMatrix": _combined(
        "Every combination of two generators, within another combination.",
        "terminalGenerator",
        {},
        ("generators",),
    ),
    "nestedMerge": _combined(
        "Sets of parameters merged by keys, within another combination.",
        "terminalGenerator",
        _MERGE_KEYS,
        ("generators", "mergeKeys"),
    ),
    "nestedGenerator": object_of(
        "A generator within a combination.",
        {
            **_TERMINAL,
            "matrix": raw("nestedMatrix", "Every combination of two generators."),
            "merge": raw("nestedMerge", "Sets of parameters merged by keys."),
        },
    ),
    "matrix": _combined(
        "Every combination of the parameters of two generators.",
        "nestedGenerator",
        _TEMPLATE,
        ("generators",),
    ),
    "merge": _combined(
        "The first generator's parameters, overridden by the others' where keys are equal.",
        "nestedGenerator",
        {**_MERGE_KEYS, **_TEMPLATE},
        ("generators", "mergeKeys"),
    ),
    "generator": object_of(
        "A source of parameters; exactly one kind is given.",
        {
            **_TERMINAL,
            "matrix": ref("matrix", "Every combination of two generators."),
            "merge": ref("merge", "Sets of parameters merged by keys."),
        },
    ),
}
