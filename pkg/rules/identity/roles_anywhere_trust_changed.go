package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	createTrustAnchor = "CreateTrustAnchor"
	updateTrustAnchor = "UpdateTrustAnchor"
	enableTrustAnchor = "EnableTrustAnchor"
)

// RolesAnywhereTrustChanged fires when certificates come to open roles.
func RolesAnywhereTrustChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-024",
		Title:    "Roles opened to holders of certificates",
		Class:    "rolesanywhere-trust-anchor",
		Severity: detect.High,
		Doc: `**Why it matters.** With IAM Roles Anywhere whoever holds a certificate of a trusted authority gets the
credentials of a role, from anywhere, for as long as the certificate is valid. An authority that somebody made on their own
machine is a back door without any IAM credential.

A trust anchor whose authority is a certificate that was uploaded, or a private CA of another account, is high; one of the
own account's private CA is medium, as is a profile, which says which roles may be had; a switched-on anchor is medium. What
is created switched off is low. An update that changes no authority is no finding.

**False positives.** The set-up of workloads outside AWS.

**What to do.** Compare the certificate with that of your own authority. Disable the trust anchor, and look for CreateSession
calls since.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.001", URL: "https://attack.mitre.org/techniques/T1098/001/"},
			{
				Kind: "AWS", Name: "The IAM Roles Anywhere trust model",
				URL: "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html",
			},
		},
		Pattern: detect.Pattern{{Source: "rolesanywhere.amazonaws.com", Names: []string{
			createTrustAnchor, updateTrustAnchor, enableTrustAnchor, "CreateProfile",
		}}},
		Match: matchRolesAnywhereTrustChanged,
	}
}

type rolesAnywhereRequest struct {
	Name, TrustAnchorID cloudtrail.Text
	Enabled             *cloudtrail.Flag
	RoleARNs            cloudtrail.List[cloudtrail.Text]
	Source              *struct {
		SourceType cloudtrail.Text
		SourceData struct{ ACMPCAARN, X509CertificateData cloudtrail.Text }
	}
}

func matchRolesAnywhereTrustChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[rolesAnywhereRequest](ev)
	if err != nil {
		return nil, err
	}
	id := req.TrustAnchorID
	if id == "" {
		id = req.Name
	}
	if id == "" {
		return nil, errors.New("request parameters: no name or trustAnchorId")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.TrustAnchor, ID: string(id)}}
	name := detect.Text(string(id))
	switch ev.Name {
	case enableTrustAnchor:
		f.Severity = detect.Medium
		f.Summary = fmt.Sprintf("trust anchor %s switched on by %s", name, callerName(ev))
	case createTrustAnchor, updateTrustAnchor:
		if req.Source == nil {
			if ev.Name == updateTrustAnchor {
				return nil, nil
			}
			return nil, errors.New("request parameters: no source of the trust anchor")
		}
		did := "made"
		if ev.Name == updateTrustAnchor {
			did = "given another authority"
		}
		var authority string
		f.Severity, authority = req.authority(ev)
		f.Summary = fmt.Sprintf("trust anchor %s %s by %s: whoever has a certificate of %s can have roles", name, did, callerName(ev), authority)
	default:
		f.Severity = detect.Medium
		f.Resource.Type = detect.RolesAnywhereProfile
		f.Summary = fmt.Sprintf("profile %s of IAM Roles Anywhere made by %s for %s", name, callerName(ev), req.roles())
	}
	if req.Enabled != nil && !bool(*req.Enabled) {
		f.Severity = detect.Low
		f.Summary += "; it is switched off"
	}
	return one(f), nil
}

// authority says who signs the certificates, and how grave it is to trust them.
func (r rolesAnywhereRequest) authority(ev *cloudtrail.Event) (detect.Severity, string) {
	arn := string(r.Source.SourceData.ACMPCAARN)
	switch parts := strings.Split(arn, ":"); {
	case arn == "":
		return detect.High, "an uploaded authority"
	case len(parts) > 4 && parts[4] == ev.Account:
		return detect.Medium, "the account's own authority " + detect.Text(arn)
	case len(parts) > 4 && ev.Inside(parts[4]):
		return detect.Medium, "the authority " + detect.Text(arn) + " of the known account " + detect.Text(parts[4])
	}
	return detect.High, "another account's authority " + detect.Text(arn)
}

func (r rolesAnywhereRequest) roles() string {
	if len(r.RoleARNs) == 0 {
		return "roles that the event does not name"
	}
	const most = 3
	var names []string
	for _, arn := range r.RoleARNs[:min(len(r.RoleARNs), most)] {
		names = append(names, detect.Text(string(arn)))
	}
	text := strings.Join(names, ", ")
	if more := len(r.RoleARNs) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
