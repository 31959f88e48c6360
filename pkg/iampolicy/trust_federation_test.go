package iampolicy_test

import (
	"testing"

	"riposte/pkg/iampolicy"
)

// webIdentity is a trust policy that lets in the tokens of an issuer.
func webIdentity(provider, condition string) []byte {
	if condition != "" {
		condition = `,"Condition":{` + condition + `}`
	}
	return trustPolicy(`"Principal":{"Federated":"` + provider + `"},"Action":"sts:AssumeRoleWithWebIdentity"` + condition)
}

func TestTrustGitHub(t *testing.T) {
	const open, none = "oidc-unscoped critical", "none"
	const audience = `"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}`
	like := func(values string) string {
		return audience + `,"StringLike":{"token.actions.githubusercontent.com:sub":` + values + `}`
	}
	tests := []struct{ condition, want string }{
		{``, open},
		{audience, open},
		{like(`"repo:acme/app:ref:refs/heads/main"`), none},
		{like(`"repo:acme/app:*"`), none},
		{like(`"repo:acme/*"`), none},
		{like(`["repo:acme/app:*","repo:acme/web:*"]`), none},
		{like(`"repository_owner:acme:*"`), none},
		{like(`"repository_owner_id:1234"`), none},
		{like(`"repository_owner:acme"`), none},
		{like(`"job_workflow_ref:acme/flows/.github/workflows/deploy.yml@*"`), none},

		{like(`["repo:acme/app:*","repo:*"]`), open},
		{like(`["repo:acme/app:*","*"]`), open},
		{like(`"*"`), open},
		{like(`"repo:*"`), open},
		{like(`"repo:*/app:*"`), open},
		{like(`"repo:acme"`), open},
		{like(`"repo:acme*"`), open},
		{like(`"repo:acme*/app:*"`), open},
		{like(`"repo:?cme/app:*"`), open},
		{like(`"*:acme/app:*"`), open},
		{like(`"repo:${aws:username}/app"`), open},
		{like(`"repository_owner:acme*"`), open},
		{like(`"environment:production"`), open},
		{like(`"workflow:deploy"`), open},
		{like(`"ref:refs/heads/main"`), open},
		{like(`""`), open},
		{like(`[]`), open},

		{`"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:acme/app:ref:refs/heads/main"}`, none},
		{`"StringEqualsIgnoreCase":{"token.actions.githubusercontent.com:sub":"repo:acme/app:ref:refs/heads/main"}`, none},
		{`"StringEquals":{"token.actions.githubusercontent.com:sub":"environment:production"}`, open},
		// StringEquals takes a star literally: nobody has such a subject.
		{`"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:*"}`, none},
		{`"StringLike":{"TOKEN.actions.githubusercontent.com:SUB":"repo:acme/app:*"}`, none},
		{`"StringLikeIfExists":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}`, open},
		{`"ForAllValues:StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}`, open},
		{`"ForAnyValue:StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}`, none},
		{`"StringNotLike":{"token.actions.githubusercontent.com:sub":"repo:evil/*"}`, open},
		{`"Null":{"token.actions.githubusercontent.com:sub":"false"}`, open},
		{`"StringLike":{"sub":"repo:acme/app:*"}`, open},
		{`"StringLike":{"gitlab.com:sub":"repo:acme/app:*"}`, open},
		{`"StringLike":{"token.actions.githubusercontent.com:actor":"alice"}`, open},
		{`"StringEquals":{"token.actions.githubusercontent.com:repository_owner_id":"1234567"}`, none},
		{`"StringLike":{"token.actions.githubusercontent.com:repository":"acme/*"}`, none},
		{`"StringLike":{"token.actions.githubusercontent.com:repository":"acme*"}`, open},
		{`"StringEquals":{"token.actions.githubusercontent.com:repository":"acme"}`, open},
		{`"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*","TOKEN.actions.githubusercontent.com:sub":"*"}`, open},
	}
	for _, tt := range tests {
		t.Run(tt.condition, func(t *testing.T) {
			document := webIdentity("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", tt.condition)
			if got := risksOf(iampolicy.JudgeTrust(document, ownContext())); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
			}
		})
	}
}

func TestTrustIssuers(t *testing.T) {
	const open, wide, none = "oidc-unscoped critical", "oidc-unscoped medium", "none"
	const eks = "oidc.eks.eu-west-1.amazonaws.com/id/ABCD1234"
	tests := []struct{ issuer, condition, want string }{
		{"gitlab.com", ``, open},
		{"gitlab.com", `"StringEquals":{"gitlab.com:aud":"https://gitlab.com"}`, open},
		{"gitlab.com", `"StringLike":{"gitlab.com:sub":"project_path:acme/*:ref_type:branch:ref:main"}`, none},
		{"gitlab.com", `"StringLike":{"gitlab.com:sub":"project_path:acme*:*"}`, open},
		{"gitlab.com", `"StringLike":{"gitlab.com:sub":"project_path:*:ref:main"}`, open},
		{"app.terraform.io", `"StringEquals":{"app.terraform.io:aud":"aws.workload.identity"}`, open},
		{"app.terraform.io", `"StringLike":{"app.terraform.io:sub":"organization:acme:project:*:workspace:*:run_phase:*"}`, none},
		{"app.terraform.io", `"StringLike":{"app.terraform.io:sub":"organization:*:project:prod:workspace:*:run_phase:*"}`, open},
		{"app.terraform.io", `"StringLike":{"app.terraform.io:sub":"organization:acme*"}`, open},
		{"agent.buildkite.com", `"StringEquals":{"agent.buildkite.com:aud":"sts.amazonaws.com"}`, open},
		{"agent.buildkite.com", `"StringLike":{"agent.buildkite.com:sub":"organization:acme:pipeline:deploy:*"}`, none},
		{"oidc.circleci.com", ``, open},
		{"oidc.circleci.com/org/1234", ``, wide},
		{"oidc.circleci.com/org/1234", `"StringLike":{"oidc.circleci.com/org/1234:sub":"org/1234/project/5678/user/*"}`, none},
		{"oidc.circleci.com/org/1234", `"StringLike":{"oidc.circleci.com/org/1234:sub":"*"}`, wide},
		{"api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", ``, wide},
		{"api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", `"StringLike":{"api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc:sub":"{1234}:*"}`, none},
		{"oidc.vercel.com", ``, open},
		{"oidc.vercel.com", `"StringLike":{"oidc.vercel.com:sub":"owner:acme:project:*:environment:production"}`, none},
		{"oidc.vercel.com/acme", ``, wide},
		{"accounts.google.com", ``, open},
		{"accounts.google.com", `"StringEquals":{"accounts.google.com:oaud":"https://example.com"}`, open},
		{"accounts.google.com", `"StringEquals":{"accounts.google.com:aud":"1234.apps.googleusercontent.com"}`, none},
		{"accounts.google.com", `"StringLike":{"accounts.google.com:aud":"*.apps.googleusercontent.com"}`, open},
		{"cognito-identity.amazonaws.com", ``, open},
		{"cognito-identity.amazonaws.com", `"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"unauthenticated"}`, open},
		{"cognito-identity.amazonaws.com", `"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-west-1:12345678-1234-1234-1234-123456789012"}`, none},
		{"graph.facebook.com", ``, open},
		{"graph.facebook.com", `"StringEquals":{"graph.facebook.com:app_id":"1234"}`, none},
		{"www.amazon.com", `"StringEquals":{"www.amazon.com:app_id":"amzn1.application-oa2-client.1234"}`, none},
		{eks, ``, wide},
		{eks, `"StringEquals":{"` + eks + `:aud":"sts.amazonaws.com"}`, wide},
		{eks, `"StringEquals":{"` + eks + `:sub":"system:serviceaccount:prod:app"}`, none},
		{eks, `"StringLike":{"` + eks + `:sub":"system:serviceaccount:prod:*"}`, none},
		{eks, `"StringLike":{"` + eks + `:sub":"system:serviceaccount:*:app"}`, wide},
		{"acme.eu.auth0.com/", ``, wide},
		{"acme.eu.auth0.com/", `"StringEquals":{"acme.eu.auth0.com/:aud":"app"}`, none},
		{"login.example.org", `"StringLike":{"login.example.org:aud":"*"}`, wide},
		{"login.example.org", `"StringEquals":{"login.example.org:sub":"deployer"}`, none},
		{"token.actions.githubusercontent.com/acme", ``, wide},
		{"token.actions.githubusercontent.com/acme", `"StringLike":{"token.actions.githubusercontent.com/acme:sub":"repo:*"}`, none},
		{"login.microsoftonline.com/common/v2.0", ``, open},
	}
	for _, tt := range tests {
		t.Run(tt.issuer+" "+tt.condition, func(t *testing.T) {
			for _, provider := range []string{"arn:aws:iam::111122223333:oidc-provider/" + tt.issuer, tt.issuer} {
				document := webIdentity(provider, tt.condition)
				if got := risksOf(iampolicy.JudgeTrust(document, ownContext())); got != tt.want {
					t.Errorf("%s\n got %s\nwant %s", document, got, tt.want)
				}
			}
		})
	}
}

func TestTrustFederationBehindDeny(t *testing.T) {
	const allow = `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/gitlab.com"},"Action":"sts:AssumeRoleWithWebIdentity"}`
	tests := []struct{ deny, want string }{
		{`"Principal":"*","Action":"sts:*","Condition":{"StringNotLike":{"gitlab.com:sub":"project_path:acme/*"}}`, "none"},
		{`"Principal":"*","Action":"sts:*","Condition":{"StringNotLike":{"gitlab.com:sub":["project_path:acme/*","*"]}}`, "oidc-unscoped critical"},
		{`"Principal":"*","Action":"sts:AssumeRole","Condition":{"StringNotLike":{"gitlab.com:sub":"project_path:acme/*"}}`, "oidc-unscoped critical"},
		{`"Principal":"*","Action":"sts:*","Condition":{"StringLike":{"gitlab.com:sub":"project_path:evil/*"}}`, "oidc-unscoped critical"},
		{`"Principal":"*","Action":"sts:*"`, "none"},
	}
	for _, tt := range tests {
		document := `{"Statement":[` + allow + `,{"Effect":"Deny",` + tt.deny + `}]}`
		if got := risksOf(iampolicy.JudgeTrust([]byte(document), ownContext())); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.deny, got, tt.want)
		}
	}
}

// TestTrustTemplate holds that a template, whose provider is no URL yet, is judged by the keys of its conditions.
func TestTrustTemplate(t *testing.T) {
	const provider = "PROVIDER"
	for condition, want := range map[string]string{
		`"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}`: "none",
		`"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*"}`:          "oidc-unscoped critical",
		``: "oidc-unscoped medium",
	} {
		if got := risksOf(iampolicy.JudgeTrust(webIdentity(provider, condition), ownContext())); got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
	}
}

// TestTrustProviders holds that one good provider does not speak for the others of the list.
func TestTrustProviders(t *testing.T) {
	document := trustPolicy(`"Principal":{"Federated":["arn:aws:iam::111122223333:oidc-provider/gitlab.com",` +
		`"arn:aws:iam::111122223333:oidc-provider/app.terraform.io"]},"Action":"sts:AssumeRoleWithWebIdentity",` +
		`"Condition":{"StringLike":{"gitlab.com:sub":"project_path:acme/*"}}`)
	v := iampolicy.JudgeTrust(document, ownContext())
	if len(v.Risks) != 1 || v.Risks[0].Fragment != "app.terraform.io" {
		t.Errorf("risks %+v, want one on app.terraform.io", v.Risks)
	}
}

func TestTrustSAML(t *testing.T) {
	const open, none = "saml-unscoped medium", "none"
	tests := []struct{ action, condition, want string }{
		{"sts:AssumeRoleWithSAML", ``, open},
		{"sts:*", ``, open},
		{"sts:AssumeRole", ``, none},
		{"sts:AssumeRoleWithSAML", `"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}`, none},
		{"sts:AssumeRoleWithSAML", `"StringEquals":{"saml:AUD":"https://signin.aws.amazon.com/saml"}`, none},
		{"sts:AssumeRoleWithSAML", `"StringEquals":{"SAML:aud":["https://eu-west-1.signin.aws.amazon.com/saml","https://signin.aws.amazon.com/saml"]}`, none},
		{"sts:AssumeRoleWithSAML", `"StringLike":{"SAML:aud":"https://*.signin.aws.amazon.com/saml"}`, none},
		{"sts:AssumeRoleWithSAML", `"StringEquals":{"SAML:iss":"https://idp.example.com"}`, none},
		{"sts:AssumeRoleWithSAML", `"StringLike":{"SAML:aud":"*"}`, open},
		{"sts:AssumeRoleWithSAML", `"StringEqualsIfExists":{"SAML:aud":"https://signin.aws.amazon.com/saml"}`, open},
		{"sts:AssumeRoleWithSAML", `"StringNotEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}`, open},
		{"sts:AssumeRoleWithSAML", `"StringEquals":{"SAML:sub_type":"persistent"}`, open},
	}
	for _, tt := range tests {
		condition := ""
		if tt.condition != "" {
			condition = `,"Condition":{` + tt.condition + `}`
		}
		document := trustPolicy(`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"},"Action":"` + tt.action + `"` + condition)
		if got := risksOf(iampolicy.JudgeTrust(document, ownContext())); got != tt.want {
			t.Errorf("%s: %s, want %s", document, got, tt.want)
		}
	}
}
