package iampolicy

import "strings"

// An issuer is an identity provider that signs tokens for many customers, or one that signs them for the workloads of
// one customer. What keeps the others out is a claim that nobody but the intended customer can have.
type issuer struct {
	name    string // the host, with the path that all customers share
	service string // what a person calls it
	// tenant is set where the rest of the issuer's URL names the customer, so that only his own workloads are let in.
	tenant bool
	claims []claim // each of them is enough
}

// A claim is a condition key of an issuer, without the issuer's name.
type claim struct {
	name string
	// parts are the beginnings of a value of which one must be followed by a name that is complete and without
	// wildcards. Without any, the whole value must be without wildcards.
	parts []string
	ends  string // the characters of which one ends that name; the end of the value does too, unless it is "/"
}

// anySubject is enough where the issuer's URL names the customer: a subject that is more than a wildcard.
func anySubject() claim { return claim{name: "sub", parts: []string{""}} }

func exact(names ...string) []claim {
	out := make([]claim, len(names))
	for i, n := range names {
		out[i] = claim{name: n}
	}
	return out
}

// sharedIssuers lists the issuers that are known to sign for more than one customer or workload.
//
// The subject of GitHub can be put together from other claims by whoever owns a repository, so that one that begins
// with the name of an environment, a branch or a workflow can be anybody's. The audience of a token of GitHub, GitLab,
// CircleCI or Terraform Cloud is chosen by whoever asks for the token: it never keeps anybody out.
var sharedIssuers = []issuer{
	{name: "token.actions.githubusercontent.com", service: "GitHub Actions", claims: append(exact(
		"repository_id", "repository_owner", "repository_owner_id", "enterprise", "enterprise_id"),
		claim{"sub", []string{"repo:", "repository:"}, "/"},
		claim{"sub", []string{"repository_owner:", "repository_owner_id:", "repository_id:", "enterprise:", "enterprise_id:"}, ":"},
		claim{"sub", []string{"job_workflow_ref:"}, "/"},
		claim{"repository", []string{""}, "/"},
		claim{"job_workflow_ref", []string{""}, "/"},
		claim{"workflow_ref", []string{""}, "/"},
	)},
	{name: "gitlab.com", service: "GitLab", claims: append(exact("namespace_id", "project_id", "namespace_path"),
		claim{"sub", []string{"project_path:"}, "/"}, claim{"project_path", []string{""}, "/"})},
	{name: "app.terraform.io", service: "Terraform Cloud", claims: append(exact(
		"terraform_organization_id", "terraform_organization_name", "terraform_project_id", "terraform_workspace_id"),
		claim{"sub", []string{"organization:"}, ":"})},
	{name: "agent.buildkite.com", service: "Buildkite", claims: append(exact("organization_id", "organization_slug", "pipeline_id"),
		claim{"sub", []string{"organization:"}, ":"})},
	{name: "oidc.codefresh.io", service: "Codefresh", claims: []claim{{"sub", []string{"account:"}, ":"}}},
	{name: "api.pulumi.com/oidc", service: "Pulumi", claims: append(exact("aud"),
		claim{"sub", []string{"pulumi:environments:org:", "pulumi:deploy:org:"}, ":"})},
	{name: "accounts.google.com", service: "Google", claims: exact("aud", "sub", "email")},
	{name: "cognito-identity.amazonaws.com", service: "Cognito", claims: exact("aud", "sub")},
	{name: "cognito-identity-us-gov.amazonaws.com", service: "Cognito", claims: exact("aud", "sub")},
	{name: "graph.facebook.com", service: "Facebook", claims: exact("app_id", "id")},
	{name: "www.amazon.com", service: "Login with Amazon", claims: exact("app_id", "user_id")},
	{name: "api.twitter.com", service: "Twitter", claims: exact("app_id", "aud", "sub")},
	{name: "appleid.apple.com", service: "Apple", claims: exact("aud", "sub")},
	{name: "login.salesforce.com", service: "Salesforce", claims: exact("aud", "sub")},
	{name: "slack.com", service: "Slack", claims: exact("aud", "sub")},
	{name: "login.microsoftonline.com/common", service: "Microsoft Entra", claims: exact("aud", "sub", "tid")},
	{name: "login.microsoftonline.com/organizations", service: "Microsoft Entra", claims: exact("aud", "sub", "tid")},
	{name: "login.microsoftonline.com/consumers", service: "Microsoft Entra", claims: exact("aud", "sub", "tid")},
	{name: "oidc.circleci.com", service: "CircleCI", claims: append(exact("aud"), claim{"sub", []string{"org/"}, "/"})},
	{name: "api.bitbucket.org", service: "Bitbucket", claims: append(exact("aud"), anySubject())},
	{name: "login.app.env0.com", service: "env0", claims: exact("sub")},
	{name: "oidc.vercel.com", service: "Vercel", claims: append(exact("aud", "owner_id", "project_id"),
		claim{"sub", []string{"owner:"}, ":"})},

	{name: "token.actions.githubusercontent.com/", service: "a GitHub enterprise", tenant: true, claims: []claim{
		anySubject(), {"repository", []string{""}, "/"}, {name: "repository_owner"}, {name: "repository_owner_id"}, {name: "repository_id"},
	}},
	{name: "oidc.circleci.com/org/", service: "CircleCI", tenant: true, claims: append(exact("oidc.circleci.com/project-id"), anySubject())},
	{name: "api.bitbucket.org/2.0/workspaces/", service: "Bitbucket", tenant: true, claims: append(exact("repositoryUuid"), anySubject())},
	{name: "oidc.vercel.com/", service: "Vercel", tenant: true, claims: append(exact("project_id"), anySubject())},
	{name: "oidc.fly.io/", service: "Fly.io", tenant: true, claims: append(exact("app_id"), anySubject())},
	{name: "app.harness.io/ng/api/oidc/account/", service: "Harness", tenant: true, claims: append(exact("project_id"), anySubject())},
	{name: "vstoken.dev.azure.com/", service: "Azure DevOps", tenant: true, claims: []claim{anySubject()}},
	{name: "oidc.eks.", service: "EKS", tenant: true, claims: []claim{{"sub", []string{"system:serviceaccount:"}, ":"}}},
	{name: "container.googleapis.com/v1/projects/", service: "GKE", tenant: true, claims: []claim{{"sub", []string{"system:serviceaccount:"}, ":"}}},
	{name: "oidc.prod-aks.azure.com/", service: "AKS", tenant: true, claims: []claim{{"sub", []string{"system:serviceaccount:"}, ":"}}},
}

// issuerOf returns what is known of the issuer with this URL, without its scheme. Of one that is not known, the client
// for which it signed the token, or the subject, must be fixed.
func issuerOf(url string) issuer {
	for _, i := range sharedIssuers {
		if rest, ok := cutPrefixFold(url, i.name); i.tenant && ok && rest != "" {
			return i
		}
	}
	for _, i := range sharedIssuers {
		if rest, ok := cutPrefixFold(url, i.name); !i.tenant && ok && (rest == "" || rest[0] == '/') {
			return i
		}
	}
	return issuer{service: url, tenant: true, claims: append(exact("aud", "client_id", "azp"), anySubject())}
}

// fixes reports whether a value of the claim lets in nobody but one customer. Under an operator that takes * literally
// a value with one lets in nobody at all.
func (c *claim) fixes(value string, wild bool) bool {
	if strings.Contains(value, "${") || value == "" {
		return false
	}
	if !wild && HasWildcard(value) {
		return true
	}
	if len(c.parts) == 0 {
		return !HasWildcard(value)
	}
	for _, p := range c.parts {
		rest, ok := strings.CutPrefix(value, p)
		if !ok {
			continue
		}
		if c.ends == "" && !startsWild(rest) || c.ends != "" && c.fixesName(rest) {
			return true
		}
	}
	return false
}

// fixesName reports whether a text begins with a name that is complete and without wildcards. A name of two parts is one
// only with both: no token has a subject such as "repo:acme".
func (c *claim) fixesName(text string) bool {
	name, complete := text, !HasWildcard(text) && c.ends != "/"
	if end := strings.IndexAny(text, c.ends); end >= 0 {
		name, complete = text[:end], true
	}
	return complete && name != "" && !HasWildcard(name)
}

// startsWild reports whether a value begins with a wildcard, so that its beginning fixes nothing.
func startsWild(value string) bool { return value == "" || value[0] == '*' || value[0] == '?' }
