package simaws_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

const (
	ownStatement  = `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`
	openStatement = `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}`
	thirdParty    = `{"Version":"2012-10-17","Statement":[` + ownStatement + `,{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}`
	readOnlyARN   = "arn:aws:iam::aws:policy/ReadOnlyAccess"
)

func identityScenarios() []scenario {
	all := []scenario{
		trustPutBackScenario(), trustStatementScenario(), trustOfNewRoleScenario(), membershipScenario(), loginProfileScenario(),
		serviceCredentialScenario(), signingCertificateScenario(), sshKeyScenario(), allKeysScenario(),
		passwordPolicyWeakenedScenario(), passwordPolicyDeletedScenario(), samlProviderScenario(), oidcProviderScenario(),
		quarantineScenario(detect.User, "quarantine-user"), quarantineScenario(detect.Role, "quarantine-role"), sessionsScenario(),
	}
	for _, kind := range []detect.ResourceType{detect.User, detect.Role, detect.Group} {
		all = append(all, inlineReplacedScenario(kind))
	}
	for _, kind := range []detect.ResourceType{detect.User, detect.Role} {
		all = append(all, boundaryRemovedScenario(kind), boundaryReplacedScenario(kind))
	}
	return all
}

func open(statements ...string) string {
	list := ""
	for n, s := range statements {
		if n > 0 {
			list += ", "
		}
		list += s
	}
	return `{"Version": "2012-10-17", "Id": "roles", "Statement": [` + list + `]}`
}

func putTrust(w *world, role, document string) {
	must(w.iam.UpdateAssumeRolePolicy(w.t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: &role, PolicyDocument: &document}))(w)
}

func trustFinding(w *world, role, event, document string) detect.Finding {
	return w.finding(detect.Resource{Type: detect.Role, ID: role}, event, map[string]string{
		detect.ParamDocumentHash: detect.DocumentHash([]byte(document)),
		detect.ParamStatements:   detect.DocumentHash([]byte(openStatement)),
	})
}

func deleteRole(w *world, f detect.Finding) { deletePrincipal(w, detect.Role, f.Resource.ID) }

func meddleTrust(w *world, f detect.Finding) { putTrust(w, f.Resource.ID, thirdParty) }

func trustPutBackScenario() scenario {
	return scenario{
		name: "trust policy with a known past", action: "restore-trust-policy",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.Role, name)
			putTrust(w, name, open(openStatement))
			return trustFinding(w, name, "UpdateAssumeRolePolicy", open(openStatement))
		},
		good:   func(*world, detect.Finding) any { return trust },
		meddle: meddleTrust, remove: deleteRole,
	}
}

func trustStatementScenario() scenario {
	return scenario{
		name: "statement of a trust policy", action: "restore-trust-policy",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.Role, name)
			putTrust(w, name, open(ownStatement, openStatement))
			return trustFinding(w, name, "UpdateAssumeRolePolicy", open(ownStatement, openStatement))
		},
		meddle: meddleTrust, remove: deleteRole,
	}
}

func trustOfNewRoleScenario() scenario {
	return scenario{
		name: "trust policy of a new role", action: "restore-trust-policy",
		seed: func(w *world, name string) detect.Finding {
			document := open(openStatement)
			must(w.iam.CreateRole(w.t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &document}))(w)
			return trustFinding(w, name, "CreateRole", document)
		},
		meddle: meddleTrust, remove: deleteRole,
	}
}

func putBoundary(w *world, kind detect.ResourceType, name, policyARN string) {
	if kind == detect.User {
		must(w.iam.PutUserPermissionsBoundary(w.t.Context(), &iam.PutUserPermissionsBoundaryInput{UserName: &name, PermissionsBoundary: &policyARN}))(w)
		return
	}
	must(w.iam.PutRolePermissionsBoundary(w.t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: &name, PermissionsBoundary: &policyARN}))(w)
}

func boundaryScenario(kind detect.ResourceType) scenario {
	s := scenario{
		action: "restore-permissions-boundary",
		good:   func(*world, detect.Finding) any { return readOnlyARN },
		meddle: func(w *world, f detect.Finding) {
			putBoundary(w, kind, f.Resource.ID, "arn:aws:iam::aws:policy/PowerUserAccess")
		},
		remove: func(w *world, f detect.Finding) { deletePrincipal(w, kind, f.Resource.ID) },
	}
	if kind == detect.User {
		s.simulated = "moto has no boundaries of users"
	}
	return s
}

func boundaryRemovedScenario(kind detect.ResourceType) scenario {
	s := boundaryScenario(kind)
	s.name = "boundary of a " + string(kind) + " removed"
	s.seed = func(w *world, name string) detect.Finding {
		createPrincipal(w, kind, name)
		return w.finding(detect.Resource{Type: kind, ID: name}, "Delete"+string(kind)+"PermissionsBoundary", nil)
	}
	return s
}

func boundaryReplacedScenario(kind detect.ResourceType) scenario {
	s := boundaryScenario(kind)
	s.name = "boundary of a " + string(kind) + " replaced"
	s.seed = func(w *world, name string) detect.Finding {
		createPrincipal(w, kind, name)
		putBoundary(w, kind, name, adminARN)
		return w.finding(detect.Resource{Type: kind, ID: name}, "Put"+string(kind)+"PermissionsBoundary", map[string]string{detect.ParamBoundary: adminARN})
	}
	return s
}

func membershipScenario() scenario {
	return scenario{
		name: "member of a group", action: "remove-user-from-group",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			for _, group := range []string{name + "-staff", name + "-admins"} {
				createPrincipal(w, detect.Group, group)
				must(w.iam.AddUserToGroup(w.t.Context(), &iam.AddUserToGroupInput{UserName: &name, GroupName: &group}))(w)
			}
			return w.finding(detect.Resource{Type: detect.User, ID: name}, "AddUserToGroup", map[string]string{detect.ParamGroupName: name + "-admins"})
		},
		remove: func(w *world, f detect.Finding) {
			for _, group := range []string{f.Resource.ID + "-staff", f.Resource.ID + "-admins"} {
				_, _ = w.iam.RemoveUserFromGroup(w.t.Context(), &iam.RemoveUserFromGroupInput{UserName: &f.Resource.ID, GroupName: &group})
			}
			deletePrincipal(w, detect.User, f.Resource.ID)
		},
	}
}

func loginProfileScenario() scenario {
	return scenario{
		name: "login profile", action: "delete-login-profile", irreversible: true,
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			out := must(w.iam.CreateLoginProfile(w.t.Context(), &iam.CreateLoginProfileInput{UserName: &name, Password: aws.String("Correct-horse-4")}))(w)
			f := w.finding(detect.Resource{Type: detect.User, ID: name}, "CreateLoginProfile", nil)
			f.Event.Time = *out.LoginProfile.CreateDate
			return f
		},
		remove: func(w *world, f detect.Finding) {
			_, _ = w.iam.DeleteLoginProfile(w.t.Context(), &iam.DeleteLoginProfileInput{UserName: &f.Resource.ID})
			deletePrincipal(w, detect.User, f.Resource.ID)
		},
	}
}

func serviceCredentialScenario() scenario {
	return scenario{
		name: "service-specific credential", action: "deactivate-service-specific-credential",
		simulated: "moto cannot list service-specific credentials",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			id := ""
			for range 2 {
				out := must(w.iam.CreateServiceSpecificCredential(w.t.Context(), &iam.CreateServiceSpecificCredentialInput{
					UserName: &name, ServiceName: aws.String("codecommit.amazonaws.com"),
				}))(w)
				id = *out.ServiceSpecificCredential.ServiceSpecificCredentialId
			}
			return w.finding(detect.Resource{Type: detect.ServiceCredential, ID: id, Parent: name}, "CreateServiceSpecificCredential", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.iam.DeleteServiceSpecificCredential(w.t.Context(), &iam.DeleteServiceSpecificCredentialInput{
				UserName: &f.Resource.Parent, ServiceSpecificCredentialId: &f.Resource.ID,
			}))(w)
		},
	}
}

// certificate returns a certificate that moto takes as one that signs requests.
func certificate(w *world) string {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: clock(), NotAfter: clock().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func signingCertificateScenario() scenario {
	return scenario{
		name: "signing certificate", action: "deactivate-signing-certificate",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			body, id := certificate(w), ""
			for range 2 {
				out := must(w.iam.UploadSigningCertificate(w.t.Context(), &iam.UploadSigningCertificateInput{UserName: &name, CertificateBody: &body}))(w)
				id = *out.Certificate.CertificateId
			}
			return w.finding(detect.Resource{Type: detect.SigningCertificate, ID: id, Parent: name}, "UploadSigningCertificate", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.iam.DeleteSigningCertificate(w.t.Context(), &iam.DeleteSigningCertificateInput{UserName: &f.Resource.Parent, CertificateId: &f.Resource.ID}))(w)
		},
	}
}

func sshKeyScenario() scenario {
	return scenario{
		name: "SSH key", action: "deactivate-ssh-public-key",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			id := ""
			for n := range 2 {
				out := must(w.iam.UploadSSHPublicKey(w.t.Context(), &iam.UploadSSHPublicKeyInput{
					UserName: &name, SSHPublicKeyBody: aws.String(fmt.Sprintf("ssh-rsa AAAAB3NzaC1yc2E%d", n)),
				}))(w)
				id = *out.SSHPublicKey.SSHPublicKeyId
			}
			// It was switched off before, and the event switched it on again.
			for _, status := range []types.StatusType{types.StatusTypeInactive, types.StatusTypeActive} {
				must(w.iam.UpdateSSHPublicKey(w.t.Context(), &iam.UpdateSSHPublicKeyInput{UserName: &name, SSHPublicKeyId: &id, Status: status}))(w)
			}
			return w.finding(detect.Resource{Type: detect.SSHPublicKey, ID: id, Parent: name}, "UpdateSSHPublicKey", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.iam.DeleteSSHPublicKey(w.t.Context(), &iam.DeleteSSHPublicKeyInput{UserName: &f.Resource.Parent, SSHPublicKeyId: &f.Resource.ID}))(w)
		},
	}
}

func allKeysScenario() scenario {
	return scenario{
		name: "all access keys", action: "deactivate-all-keys", writes: 2,
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			for range 2 {
				must(w.iam.CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{UserName: &name}))(w)
			}
			return w.finding(detect.Resource{Type: detect.User, ID: name}, "AttachUserPolicy", nil)
		},
		// One of the two keys is gone.
		meddle: func(w *world, f detect.Finding) {
			out := must(w.iam.ListAccessKeys(w.t.Context(), &iam.ListAccessKeysInput{UserName: &f.Resource.ID}))(w)
			first := slices.MinFunc(out.AccessKeyMetadata, func(a, b types.AccessKeyMetadata) int { return strings.Compare(*a.AccessKeyId, *b.AccessKeyId) })
			must(w.iam.DeleteAccessKey(w.t.Context(), &iam.DeleteAccessKeyInput{UserName: &f.Resource.ID, AccessKeyId: first.AccessKeyId}))(w)
		},
		remove: func(w *world, f detect.Finding) {
			out := must(w.iam.ListAccessKeys(w.t.Context(), &iam.ListAccessKeysInput{UserName: &f.Resource.ID}))(w)
			for _, key := range out.AccessKeyMetadata {
				must(w.iam.DeleteAccessKey(w.t.Context(), &iam.DeleteAccessKeyInput{UserName: &f.Resource.ID, AccessKeyId: key.AccessKeyId}))(w)
			}
			deletePrincipal(w, detect.User, f.Resource.ID)
		},
	}
}

func strictPasswords() *iam.UpdateAccountPasswordPolicyInput {
	return &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(14), RequireSymbols: true, RequireNumbers: true, RequireUppercaseCharacters: true,
		RequireLowercaseCharacters: true, AllowUsersToChangePassword: true, PasswordReusePrevention: aws.Int32(24), MaxPasswordAge: aws.Int32(90),
	}
}

func passwordPolicyScenario() scenario {
	return scenario{
		action: "restore-password-policy",
		good: func(*world, detect.Finding) any {
			return map[string]any{
				"set": true, "minimum_length": 14, "symbols": true, "numbers": true, "uppercase": true, "lowercase": true,
				"users_may_change": true, "maximum_age": 90, "reuse_prevention": 24,
			}
		},
		meddle: func(w *world, _ detect.Finding) {
			in := strictPasswords()
			in.MinimumPasswordLength = aws.Int32(9)
			must(w.iam.UpdateAccountPasswordPolicy(w.t.Context(), in))(w)
		},
	}
}

func passwordPolicyWeakenedScenario() scenario {
	s := passwordPolicyScenario()
	s.name = "password policy weakened"
	s.seed = func(w *world, _ string) detect.Finding {
		must(w.iam.UpdateAccountPasswordPolicy(w.t.Context(), strictPasswords()))(w)
		must(w.iam.UpdateAccountPasswordPolicy(w.t.Context(), &iam.UpdateAccountPasswordPolicyInput{
			RequireNumbers: true, AllowUsersToChangePassword: true, PasswordReusePrevention: aws.Int32(24),
		}))(w)
		return w.finding(detect.Resource{Type: detect.Account, ID: account}, "UpdateAccountPasswordPolicy", nil)
	}
	return s
}

func passwordPolicyDeletedScenario() scenario {
	s := passwordPolicyScenario()
	s.name = "password policy deleted"
	s.seed = func(w *world, _ string) detect.Finding {
		must(w.iam.UpdateAccountPasswordPolicy(w.t.Context(), strictPasswords()))(w)
		must(w.iam.DeleteAccountPasswordPolicy(w.t.Context(), &iam.DeleteAccountPasswordPolicyInput{}))(w)
		return w.finding(detect.Resource{Type: detect.Account, ID: account}, "DeleteAccountPasswordPolicy", nil)
	}
	return s
}

// inlineReplacedScenario is a policy that the event put in the place of a harmless one of the same name.
func inlineReplacedScenario(kind detect.ResourceType) scenario {
	s := inlineScenario(kind)
	s.name = "inline policy of a " + string(kind) + " replaced"
	s.good = func(*world, detect.Finding) any { return harmless }
	s.meddle = func(w *world, f detect.Finding) {
		putInline(w, kind, f.Resource.ID, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)
	}
	return s
}

// putNamed puts an inline policy beside the one that putInline puts.
func putNamed(w *world, kind detect.ResourceType, name, policy, document string) {
	if kind == detect.Role {
		must(w.iam.PutRolePolicy(w.t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &policy, PolicyDocument: &document}))(w)
		return
	}
	must(w.iam.PutUserPolicy(w.t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: &policy, PolicyDocument: &document}))(w)
}

// removeWithInline deletes a user or a role with the inline policies that a scenario may have left.
func removeWithInline(kind detect.ResourceType, policies ...string) func(*world, detect.Finding) {
	return func(w *world, f detect.Finding) {
		for _, policy := range policies {
			if kind == detect.Role {
				_, _ = w.iam.DeleteRolePolicy(w.t.Context(), &iam.DeleteRolePolicyInput{RoleName: &f.Resource.ID, PolicyName: &policy})
			} else {
				_, _ = w.iam.DeleteUserPolicy(w.t.Context(), &iam.DeleteUserPolicyInput{UserName: &f.Resource.ID, PolicyName: &policy})
			}
		}
		deletePrincipal(w, kind, f.Resource.ID)
	}
}

func quarantineScenario(kind detect.ResourceType, action string) scenario {
	return scenario{
		name: "quarantine of a " + string(kind), action: action,
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, kind, name)
			putInline(w, kind, name, harmless)
			return w.finding(detect.Resource{Type: kind, ID: name}, "Create"+string(kind), nil)
		},
		meddle: func(w *world, f detect.Finding) { putNamed(w, kind, f.Resource.ID, "RiposteQuarantine", harmless) },
		remove: removeWithInline(kind, "extra", "RiposteQuarantine"),
	}
}

func sessionsScenario() scenario {
	return scenario{
		name: "sessions of a role", action: "revoke-role-sessions",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.Role, name)
			putInline(w, detect.Role, name, harmless)
			return w.finding(detect.Resource{Type: detect.Role, ID: name}, "GetSigninToken", nil)
		},
		meddle: func(w *world, f detect.Finding) {
			putNamed(w, detect.Role, f.Resource.ID, "AWSRevokeOlderSessions", harmless)
		},
		remove: removeWithInline(detect.Role, "extra", "AWSRevokeOlderSessions"),
	}
}

func providerFinding(w *world, event, name, arn string, made *time.Time) detect.Finding {
	f := w.finding(detect.Resource{Type: detect.IdentityProvider, ID: name}, event, map[string]string{detect.ParamProviderARN: arn})
	f.Event.Time = *made
	return f
}

func samlProviderScenario() scenario {
	return scenario{
		name: "SAML provider", action: "delete-federation-provider", irreversible: true,
		seed: func(w *world, name string) detect.Finding {
			out := must(w.iam.CreateSAMLProvider(w.t.Context(), &iam.CreateSAMLProviderInput{
				Name: &name, SAMLMetadataDocument: aws.String(strings.Repeat("<metadata/>", 100)),
			}))(w)
			got := must(w.iam.GetSAMLProvider(w.t.Context(), &iam.GetSAMLProviderInput{SAMLProviderArn: out.SAMLProviderArn}))(w)
			return providerFinding(w, "CreateSAMLProvider", name, *out.SAMLProviderArn, got.CreateDate)
		},
	}
}

func oidcProviderScenario() scenario {
	return scenario{
		name: "OpenID Connect provider", action: "delete-federation-provider", irreversible: true,
		seed: func(w *world, name string) detect.Finding {
			url := "https://" + name + ".example.com/id"
			out := must(w.iam.CreateOpenIDConnectProvider(w.t.Context(), &iam.CreateOpenIDConnectProviderInput{
				Url: &url, ClientIDList: []string{"sts.amazonaws.com"}, ThumbprintList: []string{strings.Repeat("a1", 20)},
			}))(w)
			got := must(w.iam.GetOpenIDConnectProvider(w.t.Context(), &iam.GetOpenIDConnectProviderInput{
				OpenIDConnectProviderArn: out.OpenIDConnectProviderArn,
			}))(w)
			return providerFinding(w, "CreateOpenIDConnectProvider", url, *out.OpenIDConnectProviderArn, got.CreateDate)
		},
	}
}
