package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// OtherCredentialCreated fires when a credential that is no new access key appears or works again.
func OtherCredentialCreated() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-025",
		Title:    "Credential reactivated, reset or uploaded",
		Class:    "access-key-reactivated-or-other-credential",
		Severity: detect.Medium,
		Doc: `**Why it matters.** A user has more doors than access keys: an old key that is switched on again, a password for
one service such as CodeCommit or Bedrock, an SSH key, a signing certificate. They are looked at less and do not expire.

A credential of another user is high, as are signing certificates, which sign API calls, and long-term keys for Bedrock;
one of the own user is medium. One of root is critical. A server certificate opens nothing by itself and is low. What is
switched off is no finding.

**False positives.** A rotation that is taken back; developers who upload their SSH key for CodeCommit.

**What to do.** Ask the user. Switch the credential off again: that is reversible, deleting is not. What is root's, only root
can switch off; a key of a member account's root can be deleted through centralised root access.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.001", URL: "https://attack.mitre.org/techniques/T1098/001/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.12, 1.13", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Service-specific credentials for IAM users",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			"UpdateAccessKey", "CreateServiceSpecificCredential", "ResetServiceSpecificCredential",
			"UpdateServiceSpecificCredential", "UploadSigningCertificate", "UpdateSigningCertificate",
			"UploadSSHPublicKey", "UpdateSSHPublicKey", uploadServerCertificate,
		}}},
		Actions: []string{
			"deactivate-access-key", "deactivate-service-specific-credential", "deactivate-signing-certificate",
			"deactivate-ssh-public-key", deleteRootKey,
		},
		Match: matchOtherCredentialCreated,
	}
}

const uploadServerCertificate = "UploadServerCertificate"

type credentialRequest struct {
	UserName, Status, ServiceName, ServerCertificateName                    cloudtrail.Text
	AccessKeyID, ServiceSpecificCredentialID, CertificateID, SSHPublicKeyID cloudtrail.Text
}

func matchOtherCredentialCreated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[credentialRequest](ev)
	if err != nil {
		return nil, err
	}
	if ev.Name == uploadServerCertificate {
		return serverCertificate(ev, req)
	}
	if strings.HasPrefix(ev.Name, "Update") {
		switch {
		case req.Status == "":
			return nil, errors.New("request parameters: no status")
		case !strings.EqualFold(string(req.Status), "Active"):
			return nil, nil
		}
	}
	resource, what := req.credential(ev)
	f := detect.Finding{Resource: resource, Actions: []string{}}
	did := credentialDeed(ev.Name)
	if ofRoot(ev, req.UserName) {
		f.Severity = detect.Critical
		switch {
		case f.Resource.ID == "":
			f.Resource = detect.Resource{Type: detect.Account, ID: ev.Account}
		case f.Resource.Type == detect.AccessKey:
			f.Actions = []string{deleteRootKey}
		}
		f.Summary = fmt.Sprintf("%s of root %s", what, did)
		return one(f), nil
	}
	user, err := subject(ev, req.UserName)
	if err != nil {
		return nil, err
	}
	f.Resource.Parent = user.ID
	if f.Resource.ID == "" {
		f.Resource = user
	} else {
		f.Actions = []string{switchOff(resource.Type)}
	}
	if !onItself(ev, user) || resource.Type == detect.SigningCertificate || req.ServiceName == "bedrock.amazonaws.com" {
		f.Severity = detect.High
	}
	f.Summary = fmt.Sprintf("%s of %s %s %s", what, described(user), did, by(ev, user))
	return one(f), nil
}

func serverCertificate(ev *cloudtrail.Event, req credentialRequest) ([]detect.Finding, error) {
	if req.ServerCertificateName == "" {
		return nil, errors.New("request parameters: no serverCertificateName")
	}
	return one(detect.Finding{
		Severity: detect.Low, Actions: []string{},
		Resource: detect.Resource{Type: detect.ServerCertificate, ID: string(req.ServerCertificateName)},
		Summary: fmt.Sprintf("server certificate %s uploaded by %s",
			detect.Text(string(req.ServerCertificateName)), callerName(ev)),
	}), nil
}

// switchOff returns the action that switches a kind of credential off.
func switchOff(kind detect.ResourceType) string {
	switch kind {
	case detect.AccessKey:
		return "deactivate-access-key"
	case detect.SigningCertificate:
		return "deactivate-signing-certificate"
	case detect.SSHPublicKey:
		return "deactivate-ssh-public-key"
	default:
		return "deactivate-service-specific-credential"
	}
}

func credentialDeed(call string) string {
	switch {
	case strings.HasPrefix(call, "Update"):
		return "switched on again"
	case strings.HasPrefix(call, "Reset"):
		return "reset"
	case strings.HasPrefix(call, "Upload"):
		return "uploaded"
	}
	return "created"
}

// credential returns the credential that a call is about and what it is. The answer names a new one.
func (r credentialRequest) credential(ev *cloudtrail.Event) (detect.Resource, string) {
	resp, err := cloudtrail.ResponseOf[struct {
		ServiceSpecificCredential struct{ ServiceSpecificCredentialID cloudtrail.Text }
		Certificate               struct{ CertificateID cloudtrail.Text }
		SSHPublicKey              struct{ SSHPublicKeyID cloudtrail.Text }
	}](ev)
	if err != nil {
		resp.Certificate.CertificateID = "" // the request alone has to do
	}
	named := func(kind detect.ResourceType, what string, ids ...cloudtrail.Text) (detect.Resource, string) {
		for _, id := range ids {
			if id != "" {
				return detect.Resource{Type: kind, ID: string(id)}, what + " " + detect.Text(string(id))
			}
		}
		return detect.Resource{Type: kind}, what
	}
	switch {
	case strings.HasSuffix(ev.Name, "AccessKey"):
		return named(detect.AccessKey, "access key", r.AccessKeyID)
	case strings.HasSuffix(ev.Name, "SigningCertificate"):
		return named(detect.SigningCertificate, "signing certificate", r.CertificateID, resp.Certificate.CertificateID)
	case strings.HasSuffix(ev.Name, "SSHPublicKey"):
		return named(detect.SSHPublicKey, "SSH key", r.SSHPublicKeyID, resp.SSHPublicKey.SSHPublicKeyID)
	}
	what := "service credential"
	if r.ServiceName != "" {
		what = "credential for " + detect.Text(string(r.ServiceName))
	}
	return named(detect.ServiceCredential, what, r.ServiceSpecificCredentialID,
		resp.ServiceSpecificCredential.ServiceSpecificCredentialID)
}
