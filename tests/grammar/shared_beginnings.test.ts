import { afterAll, expect, test } from "bun:test";
import { randomFrom, testGrammars, written } from "./fixtures.ts";

const grammars = testGrammars({ threads: 1 });
afterAll(() => grammars.close());

/** The names of GitHub's events: side by side, one in fifty texts was none of them. */
const choices = `
  branch_protection_rule check_run check_suite code_scanning_alert commit_comment create delete deployment
  deployment_review deployment_status deploy_key discussion discussion_comment fork gollum issues issue_comment
  label member membership merge_group merge_queue_entry milestone organization org_block page_build project
  projects_v2_item project_card project_column public pull_request pull_request_review
  pull_request_review_comment pull_request_review_thread push registry_package release repository
  repository_dispatch secret_scanning_alert secret_scanning_alert_location security_and_analysis star status
  team team_add watch workflow_dispatch workflow_job workflow_run
`
  .trim()
  .split(/\s+/);

test("of texts that share beginnings, one is written as a whole", async () => {
  for (let seed = 1; seed <= 1500; seed++) {
    expect(choices).toContain(await written(grammars, { kind: "choice", choices }, randomFrom(seed)));
  }
});
