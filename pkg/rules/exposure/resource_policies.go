package exposure

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

// registryAccess judges the policy of a repository of container images, or of the whole registry.
func registryAccess(ev *cloudtrail.Event) (access, error) {
	req, err := cloudtrail.RequestOf[struct {
		RepositoryName cloudtrail.Text
		PolicyText     cloudtrail.Document
	}](ev)
	if err != nil {
		return access{}, err
	}
	repository := detect.Resource{Type: detect.Repository, ID: string(req.RepositoryName)}
	what := "policy of repository " + detect.Text(repository.ID)
	if ev.Name == putRegistryPolicy {
		repository = detect.Resource{Type: detect.Registry, ID: ev.Account}
		what = "policy of registry " + detect.Text(ev.Account)
	}
	if repository.ID == "" || len(req.PolicyText) == 0 {
		return access{}, errors.New("request parameters: no repositoryName or no policyText")
	}
	return documentAccess(ev, strings.TrimSuffix(ev.Source, ".amazonaws.com"), what, repository, req.PolicyText), nil
}

// publicRepository tells of a new repository in the public gallery, from which everyone pulls whatever its policy says.
func publicRepository(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ RepositoryName cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.RepositoryName == "" {
		return nil, errors.New("request parameters: no repositoryName")
	}
	return []detect.Finding{{
		Severity: detect.Medium,
		Resource: detect.Resource{Type: detect.Repository, ID: string(req.RepositoryName)},
		Summary:  "repository " + detect.Text(string(req.RepositoryName)) + " made in the public gallery, from which everyone pulls",
	}}, nil
}

func documentShared(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Name            cloudtrail.Text
		AccountIDsToAdd cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.Name == "" {
		return nil, errors.New("request parameters: no name of a document")
	}
	var s sharing
	s.withAccounts(ev, req.AccountIDsToAdd)
	document := detect.Resource{Type: detect.Document, ID: ownName(ev, string(req.Name), "ssm", "document/")}
	findings := s.shared(document, "Systems Manager document "+detect.Text(document.ID), detect.High, detect.Medium)
	for i := range findings {
		findings[i].Actions = []string{"unshare-ssm-document"}
	}
	return findings, nil
}

func secretAccess(ev *cloudtrail.Event) (access, error) {
	req, err := cloudtrail.RequestOf[struct {
		SecretID       cloudtrail.Text
		ResourcePolicy cloudtrail.Document
	}](ev)
	if err != nil {
		return access{}, err
	}
	if req.SecretID == "" || len(req.ResourcePolicy) == 0 {
		return access{}, errors.New("request parameters: no secretId or no resourcePolicy")
	}
	secret := detect.Resource{Type: detect.Secret, ID: secretName(ev, string(req.SecretID))}
	return documentAccess(ev, "secretsmanager", "policy of secret "+detect.Text(secret.ID), secret, req.ResourcePolicy), nil
}

func vaultAccess(ev *cloudtrail.Event) (access, error) {
	req, err := cloudtrail.RequestOf[struct {
		VaultName cloudtrail.Text
		Policy    struct{ Policy cloudtrail.Document }
	}](ev)
	if err != nil {
		return access{}, err
	}
	if req.VaultName == "" || len(req.Policy.Policy) == 0 {
		return access{}, errors.New("request parameters: no vaultName or no policy")
	}
	vault := detect.Resource{Type: detect.Vault, ID: string(req.VaultName)}
	return documentAccess(ev, "glacier", "policy of vault "+detect.Text(vault.ID), vault, req.Policy.Policy), nil
}

// keyOpened tells of a key that is opened to everyone by its policy, or to another account by a grant.
func keyOpened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == createGrant {
		return keyGranted(ev)
	}
	k, written, err := keyPolicyOf(ev)
	if err != nil || !written || !k.verdict.Judged {
		return nil, nil //nolint:nilerr // EXP-012 reports what neither can judge
	}
	return k.answeredBy(restoreKeyPolicy, iampolicy.Public), nil
}

func keyGranted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		KeyID, GranteePrincipal cloudtrail.Text
		Operations              cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	to := string(req.GranteePrincipal)
	switch {
	case req.KeyID == "" || to == "" || len(req.Operations) == 0:
		return nil, errors.New("request parameters: no keyId, granteePrincipal or operations")
	case !strings.HasPrefix(to, "arn:") && !iampolicy.IsAccount(to):
		return nil, nil // a service of AWS, or "AWS Internal"
	}
	var actions []string
	for _, o := range req.Operations {
		actions = append(actions, "kms:"+string(o))
	}
	key := detect.Resource{Type: detect.Key, ID: ownKey(ev, string(req.KeyID))}
	findings := access{
		resource: key, what: "grant on key " + detect.Text(key.ID),
		verdict: iampolicy.JudgeGrant(iampolicy.Grant{Principal: to, Actions: actions}, "kms", estate.Context(ev)),
	}.findings(iampolicy.Public, iampolicy.ExternalAccount)
	if by := ev.Identity.InvokedBy; len(findings) > 0 && strings.HasSuffix(by, ".amazonaws.com") && findings[0].Unjudged == "" {
		findings[0].Severity = detect.Low
		findings[0].Summary += "; made by " + detect.Text(by) + " on the caller's behalf"
		return unanswered(findings, nil) // what the service made may hang on it
	}
	resp, err := cloudtrail.ResponseOf[struct{ GrantID cloudtrail.Text }](ev)
	if err != nil || resp.GrantID == "" {
		return unanswered(findings, nil)
	}
	for i := range findings {
		findings[i].Actions = []string{revokeKeyGrant}
		findings[i].Params[detect.ParamGrantID] = string(resp.GrantID)
		findings[i].Params[detect.ParamGrantees] = jsonList([]string{to})
	}
	return findings, nil
}

// vpcOptions is where a search domain stands; a domain outside of a VPC has no subnets.
type vpcOptions struct {
	SubnetIDs cloudtrail.List[cloudtrail.Text]
}

func domainOpened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DomainName     cloudtrail.Text
		AccessPolicies cloudtrail.Document
		VPCOptions     vpcOptions
	}](ev)
	switch {
	case err != nil:
		return nil, err
	case req.DomainName == "":
		return nil, errors.New("request parameters: no domainName")
	case len(req.AccessPolicies) == 0:
		return nil, nil // without a policy nobody gets in, and a change without one leaves it as it was
	}
	domain := detect.Resource{Type: detect.Domain, ID: string(req.DomainName)}
	a := documentAccess(ev, "es", "policy of search domain "+detect.Text(domain.ID), domain, req.AccessPolicies)
	findings := a.findings(iampolicy.Public, iampolicy.ExternalAccount)
	inside := len(req.VPCOptions.SubnetIDs) > 0 || insideVPC(ev)
	for i := range findings {
		if inside && findings[i].Unjudged == "" {
			findings[i].Severity = min(findings[i].Severity, detect.Medium)
			findings[i].Summary += "; the domain is reached inside its VPC only"
		}
	}
	return findings, nil
}

// insideVPC reports whether the answer to a change shows the domain inside a VPC.
func insideVPC(ev *cloudtrail.Event) bool {
	resp, err := cloudtrail.ResponseOf[struct {
		DomainConfig struct {
			VPCOptions struct{ Options vpcOptions }
		}
	}](ev)
	return err == nil && len(resp.DomainConfig.VPCOptions.Options.SubnetIDs) > 0
}
