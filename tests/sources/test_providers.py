"""Live providers, asked through local servers that speak their APIs."""

import asyncio
import base64
import ipaddress
import json
import ssl
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from provider_services import (
    TOKEN,
    Answer,
    GiteaService,
    GitHubService,
    GitLabService,
    PluginService,
    Pull,
    Repo,
    serving,
    sha_of,
)

from argosy.schemas.knowledge import Known, Unknown
from argosy.sources.providers.providers import Providers, needs
from argosy.sources.providers.query import (
    Material,
    PluginQuery,
    PullRequestQuery,
    RepositoryQuery,
    SecretData,
)

SECRET = {"token": SecretData({"key": TOKEN + "\n"})}
MATERIAL = Material(SECRET)
REFERENCE = {"secretName": "token", "key": "key"}


def repos(organization="acme", count=1, **fields):
    return [Repo(organization, f"app-{number}", **fields) for number in range(count)]


def spec_of(provider, service, *, kind="scm", more=None, **fields):
    names = {"github": "organization", "gitlab": "group", "gitea": "owner"}
    if kind == "scm":
        own = {names[provider]: "acme"}
    elif provider == "gitlab":
        own = {"project": "acme/app-0"}
    else:
        own = {"owner": "acme", "repo": "app-0"}
    return {provider: {"api": service.url, "tokenRef": REFERENCE, **own, **fields}, **(more or {})}


def ask(provider, service, *, providers=None, material=MATERIAL, takes=None, paths=None, **fields):
    query = RepositoryQuery(provider, spec_of(provider, service, **fields))
    if takes:
        query = replace(query, takes=takes)
    if paths:
        query = replace(query, paths=lambda _: paths)
    return (providers or Providers(deadline=10)).repositories(query, material)


def pulls(provider, service, *, providers=None, **fields):
    query = PullRequestQuery(provider, spec_of(provider, service, kind="pulls", **fields))
    return (providers or Providers(deadline=10)).pull_requests(query, MATERIAL)


SERVICES = {"github": GitHubService, "gitlab": GitLabService, "gitea": GiteaService}


@pytest.fixture(params=SERVICES)
def provider(request):
    return request.param


def test_all_pages_of_an_organization_are_read(provider):
    with serving(SERVICES[provider](repos(count=7, labels=["web"]), page=3)) as service:
        answer = ask(provider, service)
    assert isinstance(answer, Known), answer
    assert [each["repository"] for each in answer.value] == [f"app-{number}" for number in range(7)]
    first = answer.value[0]
    assert first["organization"] == "acme"
    assert first["branch"] == "main"
    assert first["sha"] == sha_of("app-0 main")
    assert first["labels"] == ["web"]
    assert first["repositoryId"] == Repo("acme", "app-0").id
    assert first["url"] == f"git@{provider}.example:acme/app-0.git"
    assert provider in answer.provenance.lower()
    assert answer.as_of is not None
    assert datetime.now(UTC) - answer.as_of < timedelta(minutes=1)


def test_pages_are_read_where_a_proxy_takes_the_links_away():
    with serving(GiteaService(repos(count=5), page=2)) as service:
        service.links = False
        answer = ask("gitea", service)
    assert isinstance(answer, Known)
    assert len(answer.value) == 5


def test_the_clone_protocol_chooses_the_url(provider):
    with serving(SERVICES[provider](repos())) as service:
        answer = ask(provider, service, more={"cloneProtocol": "https"})
        other = ask(provider, service, more={"cloneProtocol": "carrier-pigeon"})
    assert isinstance(answer, Known)
    assert str(answer.value[0]["url"]).startswith(f"https://{provider}.example/acme/app-0")
    assert isinstance(other, Unknown)
    assert "carrier-pigeon" in other.reason


def test_all_branches_are_read_where_they_are_asked_for(provider):
    branches = {f"feature/{number}": [] for number in range(5)}
    with serving(SERVICES[provider](repos(branches=branches), page=2)) as service:
        answer = ask(provider, service, allBranches=True)
    assert isinstance(answer, Known)
    assert [each["branch"] for each in answer.value] == list(branches)
    assert answer.value[3]["sha"] == sha_of("app-0 feature/3")


def test_a_branch_with_a_slash_is_found_by_its_name(provider):
    fields = {"branches": {"release/1.x": []}, "default": "release/1.x"}
    with serving(SERVICES[provider](repos(**fields))) as service:
        answer = ask(provider, service)
    assert isinstance(answer, Known), answer
    assert answer.value[0]["branch"] == "release/1.x"


def test_an_empty_repository_is_left_out_as_in_argo_cd(provider):
    found = [*repos(), Repo("acme", "empty", branches={})]
    with serving(SERVICES[provider](found)) as service:
        answer = ask(provider, service)
    if provider == "gitea":  # where Argo CD says that the repository's configuration is wrong
        assert isinstance(answer, Unknown)
    else:
        assert isinstance(answer, Known)
        assert [each["repository"] for each in answer.value] == ["app-0"]


def test_archived_repositories_are_left_out_by_each_providers_own_switch(provider):
    found = [*repos(), Repo("acme", "old", archived=True)]
    names = {}
    with serving(SERVICES[provider](found)) as service:
        for switch in ({}, {"excludeArchivedRepos": True}, {"includeArchivedRepos": True}):
            answer = ask(provider, service, **switch)
            assert isinstance(answer, Known)
            names[next(iter(switch), "")] = [each["repository"] for each in answer.value]
    both, one = ["app-0", "old"], ["app-0"]
    if provider == "gitlab":
        assert names == {"": one, "excludeArchivedRepos": one, "includeArchivedRepos": both}
    else:
        assert names == {"": both, "excludeArchivedRepos": one, "includeArchivedRepos": both}


def test_gitlab_is_asked_for_subgroups_topics_and_shared_projects():
    found = [*repos(labels=["web"]), Repo("acme/team", "sub", labels=["web"]), Repo("acme", "plain")]
    with serving(GitLabService(found)) as service:
        answer = ask("gitlab", service, includeSubgroups=True, topic="web", includeSharedProjects=False)
        asked = service.requests[0].query
        ask("gitlab", service)
        usual = service.requests[-1].query if service.requests[-1].path.endswith("/projects") else None
    assert isinstance(answer, Known)
    assert [(each["organization"], each["repository"]) for each in answer.value] == [
        ("acme", "app-0"),
        ("acme/team", "sub"),
    ]
    assert (asked["with_shared"], asked["include_subgroups"], asked["topic"]) == ("false", "true", "web")
    assert usual is None  # branches came last
    assert any(each.query.get("with_shared") == "true" for each in service.requests)


def test_branches_are_asked_only_of_repositories_that_somebody_wants(provider):
    with serving(SERVICES[provider](repos(count=4))) as service:
        answer = ask(provider, service, takes=lambda record: record["repository"] == "app-2")
        branches = [each.path for each in service.requests if "/branches/" in each.path]
    assert isinstance(answer, Known)
    assert [each["repository"] for each in answer.value] == ["app-2"]
    assert len(branches) == 1


def test_paths_are_looked_up_in_each_branch(provider):
    branches = {"main": ["deploy/values.yaml", "README.md"], "dev": ["other/x"]}
    wanted = ("deploy", "deploy/values.yaml", "deploy/missing.yaml", "README.md", "absent/x")
    with serving(SERVICES[provider](repos(branches=branches))) as service:
        answer = ask(provider, service, allBranches=True, paths=wanted)
    assert isinstance(answer, Known)
    assert {each["branch"]: each["paths"] for each in answer.value} == {
        "main": ["deploy", "deploy/values.yaml", "README.md"],
        "dev": [],
    }


def test_pull_requests_are_read_over_pages(provider):
    made = [
        Pull(number, f"Change {number}", f"feature/{number}", labels=["preview"]) for number in range(1, 6)
    ]
    made.append(Pull(6, "Closed", "gone", state="closed"))
    with serving(SERVICES[provider](repos(pulls=made), page=2)) as service:
        answer = pulls(provider, service, pullRequestState="opened")
    assert isinstance(answer, Known)
    assert [each["number"] for each in answer.value] == [1, 2, 3, 4, 5]
    assert answer.value[0] == {
        "number": 1,
        "title": "Change 1",
        "branch": "feature/1",
        "targetBranch": "main",
        "headSHA": sha_of("pull 1"),
        "labels": ["preview"],
        "author": "ann",
    }


def test_pull_requests_must_have_all_of_the_labels(provider):
    made = [Pull(1, "a", "a", labels=["x"]), Pull(2, "b", "b", labels=["x", "y"])]
    with serving(SERVICES[provider](repos(pulls=made))) as service:
        answer = pulls(provider, service, labels=["x", "y"])
    assert isinstance(answer, Known)
    assert [each["number"] for each in answer.value] == [2]


def test_gitlab_gives_merge_requests_of_any_state_unless_one_is_asked_for():
    made = [Pull(1, "a", "a"), Pull(2, "b", "b", state="merged")]
    with serving(GitLabService(repos(pulls=made))) as service:
        every, merged = pulls("gitlab", service), pulls("gitlab", service, pullRequestState="merged")
    assert isinstance(every, Known) and isinstance(merged, Known)
    assert [each["number"] for each in every.value] == [1, 2]
    assert [each["number"] for each in merged.value] == [2]


def test_a_pull_request_of_a_deleted_account_has_no_author():
    with serving(GitHubService(repos(pulls=[Pull(1, "a", "a", author=None)]))) as service:
        answer = pulls("github", service)
    assert isinstance(answer, Known)
    assert answer.value[0]["author"] == ""


def test_a_missing_repository_is_unknown_unless_the_set_goes_on_without_it(provider):
    with serving(SERVICES[provider](repos())) as service:
        place = {"project": "acme/none"} if provider == "gitlab" else {"repo": "none"}
        strict = pulls(provider, service, **place)
        lenient = pulls(provider, service, more={"continueOnRepoNotFoundError": True}, **place)
    assert isinstance(strict, Unknown)
    assert strict.code == "provider-not-found"
    assert isinstance(lenient, Known)
    assert lenient.value == ()
    assert "continueOnRepoNotFoundError" in lenient.provenance


def test_an_unchanged_page_is_asked_for_by_its_etag(provider):
    providers = Providers(deadline=10)
    with serving(SERVICES[provider](repos(count=5), page=2)) as service:
        first = ask(provider, service, providers=providers)
        seen = len(service.requests)
        second = ask(provider, service, providers=providers)
        again = [each.status for each in service.requests[seen:]]
        service.repos.append(Repo("acme", "app-new"))
        third = ask(provider, service, providers=providers)
    assert isinstance(first, Known) and isinstance(second, Known) and isinstance(third, Known)
    assert set(again) == {304}
    assert len(again) == seen
    assert first.value == second.value
    assert third.value[-1]["repository"] == "app-new"


def test_an_etag_is_not_used_for_another_token():
    providers = Providers(deadline=10)
    with serving(GitHubService(repos())) as service:
        ask("github", service, providers=providers)
        other = Material({"token": SecretData({"key": "another"})})
        answer = ask("github", service, providers=providers, material=other)
        assert "if-none-match" not in service.requests[-1].headers
    assert isinstance(answer, Unknown)
    assert answer.code == "provider-refused"


def test_a_page_that_fails_makes_the_whole_answer_unknown(provider):
    with serving(SERVICES[provider](repos(count=9), page=2)) as service:
        service.trouble = lambda request, _: (
            Answer(502, {"message": "upstream"}) if request.query.get("page") == "3" else None
        )
        answer = ask(provider, service)
    assert isinstance(answer, Unknown)
    assert answer.code == "unreachable-provider"
    assert "502" in answer.reason


def test_a_failure_that_passes_is_asked_again(provider):
    with serving(SERVICES[provider](repos(count=3))) as service:
        service.trouble = lambda _, number: Answer(503, {}) if number == 0 else None
        answer = ask(provider, service)
    assert isinstance(answer, Known)
    assert len(answer.value) == 3


def test_a_rate_limit_that_ends_soon_is_waited_out():
    with serving(GitHubService(repos())) as service:
        service.trouble = lambda request, number: (
            Answer(429, {"message": "slow down"}, {"Retry-After": "1"})
            if number == 0 and request.path.endswith("/repos")
            else None
        )
        start = time.monotonic()
        answer = ask("github", service)
    assert isinstance(answer, Known)
    assert time.monotonic() - start >= 1


def test_a_rate_limit_that_lasts_is_unknown_and_nobody_calls_before_its_end():
    providers = Providers(deadline=5)
    with serving(GitHubService(repos())) as service:
        service.trouble = lambda *_: Answer(
            403,
            {"message": "API rate limit exceeded"},
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 1800)},
        )
        answer = ask("github", service, providers=providers)
        service.trouble = lambda *_: None
        again = ask("github", service, providers=providers)
        calls = len(service.requests)
    for each in (answer, again):
        assert isinstance(each, Unknown)
        assert each.code == "provider-rate-limited"
        assert "rate limit" in each.reason
    assert calls == 1


def test_another_credential_has_a_rate_limit_of_its_own():
    providers = Providers(deadline=5)
    with serving(GitHubService(repos())) as service:
        limited = f"Bearer {TOKEN}"
        service.trouble = lambda request, _: (
            Answer(429, {}, {"Retry-After": "900"}) if request.headers["authorization"] == limited else None
        )
        assert isinstance(ask("github", service, providers=providers), Unknown)
        service.token = "second"
        other = Material({"token": SecretData({"key": "second"})})
        assert isinstance(ask("github", service, providers=providers, material=other), Known)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_named_by_its_secret_and_never_shown(provider, status):
    with serving(SERVICES[provider](repos())) as service:
        service.trouble = lambda *_: Answer(status, {"message": f"bad token {TOKEN}"})
        answer = ask(provider, service)
    assert isinstance(answer, Unknown)
    assert answer.code == "provider-refused"
    assert "Secret `token`, key `key`" in answer.hint
    assert TOKEN not in f"{answer}"
    assert "***" in answer.reason


NONSENSE = {
    "half": b"{",
    "nothing": b"",
    "html": b"<html>",
    "not-text": b"\xff\xfe",
    "map": b"{}",
    "null": b"null",
    "numbers": b"[1]",
    "deep": b"[" * 100_000,
    "wrong-type": b'[{"name": 7}]',
    "huge-number": b"9" * 5000,
}


@pytest.mark.parametrize("raw", NONSENSE.values(), ids=NONSENSE)
def test_an_answer_that_makes_no_sense_is_unknown(provider, raw):
    with serving(SERVICES[provider](repos())) as service:
        service.trouble = lambda *_: Answer(200, raw=raw)
        for answer in (ask(provider, service), pulls(provider, service)):
            assert isinstance(answer, Unknown)
            assert answer.code == "provider-bad-answer", answer


def test_a_service_whose_pages_lead_in_a_circle_is_unknown():
    with serving(GitHubService(repos())) as service:
        service.trouble = lambda request, _: Answer(
            200, [], {"Link": f'<{request.path}?page={3 - int(request.query.get("page", 1))}>; rel="next"'}
        )
        answer = ask("github", service)
    assert isinstance(answer, Unknown)
    assert "earlier" in answer.reason


def test_a_slow_answer_ends_at_the_deadline(provider):
    release = threading.Event()
    with serving(SERVICES[provider](repos())) as service:

        def stuck(*_):
            release.wait(20)

        service.trouble = stuck
        start = time.monotonic()
        answer = ask(provider, service, providers=Providers(deadline=0.5))
        took = time.monotonic() - start
        release.set()
    assert isinstance(answer, Unknown)
    assert answer.code in ("provider-deadline", "unreachable-provider")
    assert took < 10


def test_nobody_listening_is_unknown(provider):
    with serving(SERVICES[provider]()) as service:
        pass
    answer = ask(provider, service)
    assert isinstance(answer, Unknown)
    assert answer.code == "unreachable-provider"


def test_a_redirect_on_the_same_host_is_followed():
    with serving(GitHubService(repos())) as service:
        service.trouble = lambda request, _: (
            Answer(301, {}, {"Location": "/api/v3/orgs/acme/repos?per_page=100"})
            if request.path == "/api/v3/orgs/former/repos"
            else None
        )
        answer = ask("github", service, organization="former")
    assert isinstance(answer, Known)
    assert answer.value[0]["organization"] == "acme"


def test_the_token_does_not_go_to_another_host(provider):
    with serving(SERVICES[provider](repos())) as other, serving(SERVICES[provider](repos())) as service:
        service.trouble = lambda request, _: Answer(302, {}, {"Location": other.url + request.path})
        answer = ask(provider, service)
    assert isinstance(answer, Unknown)
    assert answer.code == "provider-refused"
    assert "redirects to another host" in answer.reason
    assert other.requests == []


def test_a_query_needs_its_secrets_certificates_and_settings():
    own = {"api": "https://x", "tokenRef": REFERENCE, "caRef": {"configMapName": "ca", "key": "pem"}}
    found = needs(RepositoryQuery("gitlab", {"gitlab": own}))
    assert found.secrets == {"token"}
    assert found.config_maps == {"ca", "argocd-cmd-params-cm"}
    assert needs(PluginQuery("set", "http://x", "$plugin:key", {})).secrets == {"plugin"}
    assert needs(PluginQuery("set", "http://x", "$key", {})).secrets == {"argocd-secret"}


@pytest.mark.parametrize(
    ("material", "words"),
    [
        (Material(), "the Secret `token` of tokenRef does not exist"),
        (Material({"token": SecretData({"other": "x"})}), "Secret `token` has no key `key`"),
        (Material({"token": SecretData({"key": "a\nb"})}), "Secret `token`, key `key`, holds no token"),
    ],
    ids=["no-secret", "no-key", "no-token"],
)
def test_a_missing_token_is_unknown(provider, material, words):
    with serving(SERVICES[provider](repos())) as service:
        answer = ask(provider, service, material=material)
    assert isinstance(answer, Unknown)
    assert answer.reason == words
    assert service.requests == []


@pytest.fixture
def certificate(tmp_path):
    """A certificate for this machine that nobody has signed, as PEM, and a server's side of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "git.example")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    both = tmp_path / "server.pem"
    both.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, form, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return pem.decode(), context


def test_a_certificate_that_nobody_vouches_for_is_taken_only_where_the_spec_says_so(certificate):
    pem, context = certificate
    reference = {"caRef": {"configMapName": "ca", "key": "pem"}}
    with serving(GitLabService(repos()), context) as service:
        refused = ask("gitlab", service)
        assert isinstance(refused, Unknown)
        assert refused.code == "unreachable-provider"
        assert "certificate" in refused.reason.lower()
        assert service.requests == []
        vouched = ask("gitlab", service, material=Material(SECRET, {"ca": {"pem": pem}}), **reference)
        assert isinstance(vouched, Known), vouched
        assert isinstance(ask("gitlab", service, insecure=True), Known)


def test_caref_must_hold_certificates():
    own = {"caRef": {"configMapName": "ca", "key": "pem"}}
    for maps, words in (({}, "does not exist"), ({"ca": {"pem": "nonsense"}}, "no certificates")):
        with serving(GitLabService(repos())) as service:
            answer = ask("gitlab", service, material=Material(SECRET, maps), **own)
        assert isinstance(answer, Unknown)
        assert words in answer.reason


def test_a_url_with_a_password_is_refused_without_showing_it():
    service = GitHubService()
    service.url = "https://ann:marker-word@git.example.com"
    answer = ask("github", service)
    assert isinstance(answer, Unknown)
    assert "marker-word" not in f"{answer}"


@pytest.mark.parametrize("name", ["bitbucketServer", "azureDevOps", "bitbucket", "awsCodeCommit"])
def test_a_provider_that_cannot_be_asked_yet_says_so(name):
    answer = Providers().repositories(RepositoryQuery(name, {name: {}}), Material())
    assert isinstance(answer, Unknown)
    assert answer.code == "unsupported-provider"
    assert name in answer.reason
    assert "--answers" in answer.hint


def test_argo_cds_own_settings_decide_which_providers_may_be_asked():
    def answered(service, settings, labels=()):
        secret = {"token": SecretData({"key": TOKEN}, dict(labels))}
        named = {f"applicationsetcontroller.{key}": value for key, value in settings.items()}
        return ask("github", service, material=Material(secret, {"argocd-cmd-params-cm": named}))

    strict = {"enable.tokenref.strict.mode": "true"}
    label = {"argocd.argoproj.io/secret-type": "scm-creds"}
    with serving(GitHubService(repos())) as service:
        assert isinstance(answered(service, {"enable.scm.providers": "false"}), Unknown)
        assert isinstance(answered(service, {"allowed.scm.providers": "https://a, https://b"}), Unknown)
        assert isinstance(answered(service, strict), Unknown)
        assert service.requests == []
        assert isinstance(answered(service, {"allowed.scm.providers": f"https://a,{service.url}"}), Known)
        assert isinstance(answered(service, strict, label), Known)


def test_a_github_app_signs_in_and_its_token_is_kept():
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(65537, 2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    pem = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    data = {"githubAppID": "7", "githubAppInstallationID": "42", "githubAppPrivateKey": pem}
    material = Material({"app": SecretData(data)})
    providers = Providers(deadline=10)
    with serving(GitHubService(repos(pulls=[Pull(1, "a", "a")]))) as service:
        spec = spec_of("github", service, appSecretName="app")
        for _ in range(2):
            answer = providers.repositories(RepositoryQuery("github", spec), material)
            assert isinstance(answer, Known), answer
        signed = [each for each in service.requests if "access_tokens" in each.path]
        assert len(signed) == 1
        head, claims, signature = signed[0].headers["authorization"].removeprefix("Bearer ").split(".")
        key.public_key().verify(
            base64.urlsafe_b64decode(signature + "=="),
            f"{head}.{claims}".encode(),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
        said = json.loads(base64.urlsafe_b64decode(claims + "=="))
        assert said["iss"] == "7"
        assert said["exp"] - said["iat"] <= 600
    for broken in ({**data, "githubAppPrivateKey": "no key"}, {**data, "githubAppID": "seven"}, {}):
        answer = providers.repositories(
            RepositoryQuery("github", {"github": {"organization": "x", "appSecretName": "app"}}),
            Material({"app": SecretData(broken)}),
        )
        assert isinstance(answer, Unknown)
        assert answer.code == "provider-credentials"


def test_a_reset_time_is_counted_by_the_services_own_clock():
    from argosy.sources.providers.rate_limits import seconds_to_wait

    theirs = datetime(2030, 1, 1, tzinfo=UTC)
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(theirs.timestamp()) + 30),
        "date": format_datetime(theirs, usegmt=True),
    }
    assert seconds_to_wait(403, headers, now=0) == 30
    assert seconds_to_wait(429, {"retry-after": "Tue, 01 Jan 2030 00:00:09 GMT", **headers}, now=0) == 9
    assert seconds_to_wait(429, {}, now=0) == 60
    assert seconds_to_wait(403, {}, now=0) is None
    assert seconds_to_wait(200, headers, now=0) is None


# Plugins


def plugin_query(service, **fields):
    return PluginQuery("my-set", service.url, "$token:key", {"name": "x", "many": [1]}, **fields)


def test_a_plugin_is_asked_with_its_token_and_parameters():
    with serving(PluginService([{"name": "one", "size": 3}])) as service:
        answer = Providers(deadline=10).plugin(plugin_query(service), MATERIAL)
    assert isinstance(answer, Known)
    assert answer.value == {"output": {"parameters": [{"name": "one", "size": 3}]}}
    assert json.loads(service.requests[0].body) == {
        "applicationSetName": "my-set",
        "input": {"parameters": {"name": "x", "many": [1]}},
    }


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"output": {}}', b"[]", b"no"])
def test_a_plugins_answer_without_parameters_is_unknown_and_not_empty(raw):
    with serving(PluginService([])) as service:
        service.trouble = lambda *_: Answer(200, raw=raw)
        answer = Providers(deadline=10).plugin(plugin_query(service), MATERIAL)
    assert isinstance(answer, Unknown)
    assert answer.code == "provider-bad-answer"


def test_a_plugin_that_is_too_slow_is_unknown():
    release = threading.Event()
    with serving(PluginService([])) as service:
        service.trouble = lambda *_: release.wait(20) and None
        answer = Providers(deadline=10).plugin(plugin_query(service, timeout=0.3), MATERIAL)
        release.set()
    assert isinstance(answer, Unknown)
    assert "in time" in answer.reason
    assert len(service.requests) <= 1


def test_questions_may_be_asked_from_several_threads():
    providers = Providers(deadline=20)

    async def story(service):
        return await asyncio.gather(
            *(asyncio.to_thread(ask, "github", service, providers=providers) for _ in range(4))
        )

    with serving(GitHubService(repos(count=3))) as service:
        answers = asyncio.run(story(service))
    assert all(isinstance(each, Known) and len(each.value) == 3 for each in answers)
