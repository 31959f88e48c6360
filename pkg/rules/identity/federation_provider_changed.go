package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	createSAMLProvider   = "CreateSAMLProvider"
	updateSAMLProvider   = "UpdateSAMLProvider"
	deleteSAMLProvider   = "DeleteSAMLProvider"
	createOIDCProvider   = "CreateOpenIDConnectProvider"
	updateOIDCThumbprint = "UpdateOpenIDConnectProviderThumbprint"
	addOIDCClientID      = "AddClientIDToOpenIDConnectProvider"
	deleteOIDCProvider   = "DeleteOpenIDConnectProvider"
)

// FederationProviderChanged fires when somebody changes whose word the account takes for who a person is.
func FederationProviderChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-011",
		Title:    "Identity provider changed",
		Class:    "federation-provider-changed",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Whoever holds the signing key of an identity provider can be anybody whom the account's
roles let in through it. Swapping the metadata of a provider that roles trust already opens all of them at once.

New signing metadata or other certificate thumbprints for an existing provider are high; a new provider, or a new
audience, is medium, since roles must come to trust it (IAM-010); a deleted one is low: it locks people out. A change to
the assertion's encryption alone is no finding. What a service such as CloudFormation does on somebody's behalf is one step
lower.

**False positives.** The yearly renewal of a provider's certificate; the set-up of a code host's deployments; IAM Identity
Center, whose own provider is low.

**What to do.** Compare the certificate in the metadata with that of your identity provider. Look for sessions by
AssumeRoleWithSAML or AssumeRoleWithWebIdentity since the event.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1484.002", URL: "https://attack.mitre.org/techniques/T1484/002/"},
			{
				Kind: "AWS", Name: "Identity providers and federation",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			createSAMLProvider, updateSAMLProvider, deleteSAMLProvider, createOIDCProvider, updateOIDCThumbprint,
			addOIDCClientID, deleteOIDCProvider,
		}}},
		Actions: []string{"delete-federation-provider"},
		Match:   matchFederationProviderChanged,
	}
}

type providerRequest struct {
	Name, URL, SAMLProviderARN, SAMLMetadataDocument, OpenIDConnectProviderARN, ClientID cloudtrail.Text
}

// provider returns what names the provider: its ARN or, where it is new, its name or URL.
func (r providerRequest) provider() string {
	for _, id := range []cloudtrail.Text{r.SAMLProviderARN, r.OpenIDConnectProviderARN, r.URL, r.Name} {
		if id != "" {
			return string(id)
		}
	}
	return ""
}

// madeProvider returns the ARN of the provider that an event made, or "" where it made none or does not say.
func madeProvider(ev *cloudtrail.Event) string {
	if ev.Name != createSAMLProvider && ev.Name != createOIDCProvider {
		return ""
	}
	resp, err := cloudtrail.ResponseOf[struct{ SAMLProviderARN, OpenIDConnectProviderARN cloudtrail.Text }](ev)
	if err != nil {
		return ""
	}
	return string(resp.SAMLProviderARN + resp.OpenIDConnectProviderARN) // an answer has one of them
}

func matchFederationProviderChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[providerRequest](ev)
	if err != nil {
		return nil, err
	}
	id := req.provider()
	if id == "" {
		return nil, errors.New("request parameters: no name, url or ARN of a provider")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.IdentityProvider, ID: id}, Actions: []string{}}
	if arn := madeProvider(ev); arn != "" {
		f.Actions, f.Params = nil, map[string]string{detect.ParamProviderARN: arn}
	}
	var what, did, so string
	switch ev.Name {
	case createSAMLProvider:
		what, did, so = "SAML", "created", "whoever holds its key can sign in to the roles that will trust it"
	case createOIDCProvider:
		what, did, so = "OpenID Connect", "created", "its tokens can open the roles that will trust it"
	case updateSAMLProvider:
		if req.SAMLMetadataDocument == "" {
			return nil, nil
		}
		f.Severity = detect.High
		what, did, so = "SAML", "given other metadata", "the roles that trust it take other signatures now"
	case updateOIDCThumbprint:
		f.Severity = detect.High
		what, did, so = "OpenID Connect", "given other certificate thumbprints", "they decide whose tokens are taken for its own"
	case addOIDCClientID:
		what, did, so = "OpenID Connect", "given another audience", "tokens for "+detect.Text(string(req.ClientID))+" are taken now"
	default:
		f.Severity = detect.Low
		what, did, so = "identity", "deleted", "nobody can sign in through it any more"
	}
	f.Summary = fmt.Sprintf("%s provider %s was %s by %s%s: %s", what, detect.Text(id), did, callerName(ev), through(ev), so)
	switch {
	case ev.Identity.InvokedBy == ssoSource:
		f.Severity, f.Actions = detect.Low, []string{}
	case automated(ev) && f.Severity == detect.High:
		f.Severity = detect.Medium
	case automated(ev):
		f.Severity = detect.Low
	}
	return one(f), nil
}
