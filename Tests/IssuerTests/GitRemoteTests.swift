import Testing

@testable import Issuer

@Suite struct GitRemoteTests {
  @Test(
    "a remote has one https form, however it is written",
    arguments: [
      ("git@github.com:acme/app.git", "https://github.com/acme/app"),
      ("github.com:acme/app", "https://github.com/acme/app"),
      ("ssh://git@github.com/acme/app.git", "https://github.com/acme/app"),
      ("ssh://git@gitlab.acme.dev:2222/team/sub/app.git", "https://gitlab.acme.dev/team/sub/app"),
      ("git+ssh://git@github.com/acme/app", "https://github.com/acme/app"),
      ("git://github.com/acme/app.git", "https://github.com/acme/app"),
      ("http://github.com/acme/app", "https://github.com/acme/app"),
      ("https://github.com/acme/app.git", "https://github.com/acme/app"),
      ("https://github.com/acme/app/", "https://github.com/acme/app"),
      ("https://GitHub.com/Acme/App.git", "https://github.com/Acme/App"),
      ("https://user:secret@github.com/acme/app.git", "https://github.com/acme/app"),
      ("https://oauth2:glpat-x@gitlab.com/acme/app.git", "https://gitlab.com/acme/app"),
      ("https://git.acme.dev:8443/acme/app.git", "https://git.acme.dev:8443/acme/app"),
      ("https://git.acme.dev:443/acme/app.git", "https://git.acme.dev/acme/app"),
      ("ssh://git@[2001:db8::1]:22/acme/app.git", "https://[2001:db8::1]/acme/app"),
      ("git@[2001:db8::1]:acme/app.git", "https://[2001:db8::1]/acme/app"),
      ("git@host:acme/app/.git", "https://host/acme/app"),
      ("git@host:acme/a]b", "https://host/acme/a]b"),
      ("https://github.com/acme/app.git?x=1#y", "https://github.com/acme/app"),
    ])
  func httpsForm(remote: String, expected: String) {
    #expect(GitRemote.httpsForm(of: remote) == expected)
  }

  @Test(
    "what is no remote of others has none",
    arguments: [
      "", "/srv/git/app.git", "../app", "./app:x", "file:///srv/git/app.git", "ext::sh -c id", "https://",
      "https://host",
      "file:/srv/git/app.git", "gcrypt::git@host:acme/app", "https://user:se/cret@host/app", "git@[2001:db8::1",
      "git@github.com:", "https://github.com/a b", "https://github.com/a\nb",
    ])
  func local(remote: String) {
    #expect(GitRemote.httpsForm(of: remote) == nil)
  }

  @Test(
    "without a remote of others the subject is the host and the folder",
    arguments: [nil, "file:///srv/app.git", "/srv/app"])
  func subjectWithoutRemote(remote: String?) {
    let facts = WorkspaceFacts(gitRemote: remote, host: "dev-1", folder: "app")
    #expect(facts.subject == "workspace:dev-1/app")
  }
}
