import JOSE
import Testing

@testable import Issuer

@Suite struct TemplateTests {
  let facts = WorkspaceFacts(
    gitRemote: "git@github.com:acme/app.git", gitBranch: "main", gitCommit: "0123abc", gitName: "Ada",
    gitEmail: "ada@acme.dev",
    user: "ada", host: "dev-1", folder: "app", environment: ["JOB": "42", "EMPTY": ""])

  @Test(
    "variables are replaced by what the workspace has",
    arguments: [
      ("repo:${git.remote}:ref:refs/heads/${git.branch}", "repo:https://github.com/acme/app:ref:refs/heads/main"),
      ("${git.commit}/${git.name}/${git.email}", "0123abc/Ada/ada@acme.dev"),
      ("${user}@${host}:${folder}", "ada@dev-1:app"),
      ("job-${env.JOB}", "job-42"),
      ("${subject}", "https://github.com/acme/app"),
      ("costs $$5", "costs $5"),
      ("plain", "plain"),
      ("", ""),
    ])
  func renders(source: String, expected: String) throws {
    #expect(try Template(source, environment: ["JOB"]).render(facts) == expected)
  }

  @Test(
    "a template that cannot be read says why",
    arguments: [
      ("${git.branch", TemplateError.Reason.unclosed), ("a $ b", .loneDollar), ("cost$", .loneDollar),
      ("${git.tag}", .unknown("git.tag")), ("${env.HOME}", .undeclared("HOME")), ("${}", .unknown("")),
    ])
  func malformed(source: String, reason: TemplateError.Reason) {
    #expect(throws: TemplateError(source: source, reason: reason)) { try Template(source, environment: ["JOB"]) }
  }

  @Test(
    "a variable without a value is an error that names it, never an empty text",
    arguments: ["${git.branch}", "${env.EMPTY}", "${env.GONE}"])
  func missing(source: String) throws {
    let template = try Template(source, environment: ["EMPTY", "GONE"])
    let bare = WorkspaceFacts(environment: ["EMPTY": ""])
    let error = #expect(throws: TemplateError.self) { try template.render(bare) }
    #expect(error?.description.contains(source.dropFirst(2).dropLast()) == true)
  }

  @Test("every documented variable can be used", arguments: Template.Variable.named.map(\.name))
  func documented(name: String) throws {
    #expect(try Template("${\(name)}").render(facts).isEmpty == false)
  }
}
