package exposure

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

const (
	ecrSource       = "ecr.amazonaws.com"
	ecrPublicSource = "ecr-public.amazonaws.com"
	ssmSource       = "ssm.amazonaws.com"
	secretsSource   = "secretsmanager.amazonaws.com"
	glacierSource   = "glacier.amazonaws.com"
	esSource        = "es.amazonaws.com"

	putRegistryPolicy      = "PutRegistryPolicy"
	createPublicRepository = "CreateRepository"

	deleteRepositoryPolicy = "DeleteRepositoryPolicy" // both are looked at for what is known to be good: nothing, from then on
	deleteResourcePolicy   = "DeleteResourcePolicy"
)

// ResourcePolicyOpened fires when a repository, document, secret, key, vault or search domain is opened to others.
func ResourcePolicyOpened() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-011",
		Title:    "Repository, document, secret, key, vault or search domain opened to others",
		Class:    "ecr-ssm-secret-kms-glacier-policy-public",
		Severity: detect.High,
		Doc: `**Why it matters.** These resources carry policies of their own, and a policy that names everyone or another
account gives images, secrets, keys, archives and indexes away without a change to any user or role of the account.

The rule judges the document from the event, or the accounts that a document of Systems Manager is shared with. Everyone
is critical where something can be changed or a secret read, and high otherwise; another account is high or medium in the
same way. A search domain inside a VPC is medium, since strangers do not reach it. A grant of a key to another account is
high, and low where a service of AWS made it on the caller's behalf. A new repository in the public gallery is medium:
everyone pulls from it. Own accounts, those that you trust and the own organisation stay quiet; where you did not say which
organisation that is, one that a condition names is taken for it.

**False positives.** Accounts of the same organisation that pull images or read shared secrets: list them as trusted;
images that are published on purpose; domains behind a proxy that are bound to addresses, which stay quiet.

**What to do.** Remove the statement or the account that was added, and ask the caller why. Change secrets that others
could read. Key policies with another account, and those that cannot be judged, are EXP-012.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Identity-based policies and resource-based policies",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ecrSource, Names: []string{"SetRepositoryPolicy", deleteRepositoryPolicy, putRegistryPolicy}},
			{Source: ecrPublicSource, Names: []string{createPublicRepository, "SetRepositoryPolicy"}},
			{Source: ssmSource, Names: []string{"ModifyDocumentPermission"}},
			{Source: secretsSource, Names: []string{"PutResourcePolicy", deleteResourcePolicy}},
			{Source: kmsSource, Names: []string{putKeyPolicy, createKey, createGrant}},
			{Source: glacierSource, Names: []string{"SetVaultAccessPolicy"}},
			{Source: esSource, Names: []string{
				"CreateElasticsearchDomain", "UpdateElasticsearchDomainConfig", "CreateDomain", "UpdateDomainConfig",
			}},
		},
		Actions: []string{
			"remove-repository-policy-statements", "remove-secret-policy-statements", "unshare-ssm-document", restoreKeyPolicy, revokeKeyGrant,
		},
		Good:  goodResourcePolicy,
		Match: matchResourcePolicyOpened,
	}
}

func matchResourcePolicyOpened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == deleteRepositoryPolicy || ev.Name == deleteResourcePolicy {
		return nil, nil
	}
	var a access
	var err error
	action := "" // where there is none, a person has to act
	switch ev.Source {
	case ecrSource:
		a, err = registryAccess(ev)
		if ev.Name != putRegistryPolicy {
			action = "remove-repository-policy-statements"
		}
	case ecrPublicSource:
		if ev.Name == createPublicRepository {
			return unanswered(publicRepository(ev))
		}
		a, err = registryAccess(ev)
	case ssmSource:
		return documentShared(ev)
	case secretsSource:
		a, err = secretAccess(ev)
		action = "remove-secret-policy-statements"
	case kmsSource:
		return keyOpened(ev)
	case glacierSource:
		a, err = vaultAccess(ev)
	default:
		return unanswered(domainOpened(ev))
	}
	if err != nil {
		return nil, err
	}
	return a.answeredBy(action, iampolicy.Public, iampolicy.ExternalAccount), nil
}
