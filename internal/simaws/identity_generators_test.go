package simaws_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

func identityGenerators() []generator {
	all := []generator{
		{action: "deactivate-access-key", make: keyMade},
		{action: "deactivate-access-key", name: "activated", make: keyActivated},
		{action: "deactivate-all-keys", make: allKeys},
		{action: "restore-default-policy-version", name: "created", make: versionMade},
		{action: "restore-default-policy-version", name: "chosen", make: versionChosen},
		{action: "restore-trust-policy", make: trustWidened},
		{action: "restore-trust-policy", name: "of a new role", make: trustOfNewRole},
		{action: "remove-user-from-group", make: memberAdded},
		{action: "delete-login-profile", make: passwordSet},
		{action: "deactivate-service-specific-credential", make: serviceCredential, simulated: "moto cannot list service-specific credentials"},
		{action: "deactivate-signing-certificate", make: signingCertificate},
		{action: "deactivate-ssh-public-key", make: sshKey},
		{action: "restore-password-policy", alone: true, make: passwordPolicy},
		{action: "delete-federation-provider", make: samlProvider},
		{action: "delete-federation-provider", name: "of OpenID Connect", make: oidcProvider},
		{action: "quarantine-user", make: func(g *gen) *episode { return denied(g, detect.User, "RiposteQuarantine", everythingDenied) }},
		{action: "quarantine-role", make: func(g *gen) *episode { return denied(g, detect.Role, "RiposteQuarantine", everythingDenied) }},
		{action: "revoke-role-sessions", make: func(g *gen) *episode { return denied(g, detect.Role, "AWSRevokeOlderSessions", sessionsDenied()) }},
	}
	for _, kind := range []detect.ResourceType{detect.User, detect.Role, detect.Group} {
		all = append(all,
			generator{action: "detach-policy", name: "of a " + string(kind), make: func(g *gen) *episode { return attached(g, kind) }},
			generator{action: "remove-inline-policy", name: "of a " + string(kind), make: func(g *gen) *episode { return inlinePut(g, kind) }})
		if kind != detect.Group {
			simulated := ""
			if kind == detect.User {
				simulated = "moto has no boundaries of users"
			}
			all = append(all, generator{
				action: "restore-permissions-boundary", name: "of a " + string(kind), simulated: simulated,
				make: func(g *gen) *episode { return boundary(g, kind) },
			})
		}
	}
	return all
}

// principal makes a user, role or group with odd neighbours of its kind.
func (g *gen) principal(kind detect.ResourceType) string {
	odd := []string{"+x", "=y", ",z", ".w", "@v", "-u", "_t"}
	name := g.called(odd...)
	for range g.IntN(3) {
		createPrincipal(g.world, kind, g.called(odd...))
	}
	createPrincipal(g.world, kind, name)
	return name
}

func (g *gen) accessKey(user string, active bool) string {
	id := *must(g.iam.CreateAccessKey(g.t.Context(), &iam.CreateAccessKeyInput{UserName: &user}))(g.world).AccessKey.AccessKeyId
	if !active {
		g.turnKey(user, id, false)
	}
	return id
}

func (g *gen) turnKey(user, id string, active bool) {
	must(g.iam.UpdateAccessKey(g.t.Context(), &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &id, Status: statusOf(active)}))(g.world)
}

func statusOf(active bool) types.StatusType {
	if active {
		return types.StatusTypeActive
	}
	return types.StatusTypeInactive
}

func keyMade(g *gen) *episode {
	user := g.principal(detect.User)
	other, active := "", g.coin()
	if g.coin() {
		other = g.accessKey(user, active)
	}
	e := &episode{differs: "a key that was made stays, inactive"}
	e.change = func() detect.Finding {
		id := g.accessKey(user, true)
		e.ideal = func() { g.turnKey(user, id, false) }
		return g.finding(detect.Resource{Type: detect.AccessKey, ID: id, Parent: user}, "CreateAccessKey", nil)
	}
	e.beside = func() {
		if other == "" {
			g.accessKey(user, true)
		} else {
			g.turnKey(user, other, !active)
		}
	}
	return e
}

func keyActivated(g *gen) *episode {
	user := g.principal(detect.User)
	id, other := g.accessKey(user, false), ""
	if g.coin() {
		other = g.accessKey(user, g.coin())
	}
	e := &episode{}
	e.change = func() detect.Finding {
		g.turnKey(user, id, true)
		return g.finding(detect.Resource{Type: detect.AccessKey, ID: id, Parent: user}, "UpdateAccessKey", nil)
	}
	if other != "" {
		e.beside = func() {
			must(g.iam.DeleteAccessKey(g.t.Context(), &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &other}))(g.world)
		}
	}
	e.meddle = func() {
		must(g.iam.DeleteAccessKey(g.t.Context(), &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &id}))(g.world)
	}
	return e
}

func allKeys(g *gen) *episode {
	user := g.principal(detect.User)
	first := g.accessKey(user, true)
	second := ""
	if g.coin() {
		second = g.accessKey(user, g.coin())
	}
	return &episode{
		differs: "the keys are contained, whatever the change was",
		also:    []string{"/principals/User " + user + "/keys"},
		ideal: func() {
			g.turnKey(user, first, false)
			if second != "" {
				g.turnKey(user, second, false)
			}
		},
		change: func() detect.Finding {
			g.attach(detect.User, user, adminARN)
			return g.finding(detect.Resource{Type: detect.User, ID: user}, "AttachUserPolicy", nil)
		},
		beside: func() { g.attach(detect.User, user, readOnlyARN) },
		meddle: func() {
			must(g.iam.DeleteAccessKey(g.t.Context(), &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &first}))(g.world)
		},
	}
}

func (g *gen) attach(kind detect.ResourceType, name, arn string) {
	switch kind {
	case detect.Role:
		must(g.iam.AttachRolePolicy(g.t.Context(), &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: &arn}))(g.world)
	case detect.Group:
		must(g.iam.AttachGroupPolicy(g.t.Context(), &iam.AttachGroupPolicyInput{GroupName: &name, PolicyArn: &arn}))(g.world)
	default:
		must(g.iam.AttachUserPolicy(g.t.Context(), &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &arn}))(g.world)
	}
}

func (g *gen) detach(kind detect.ResourceType, name, arn string) {
	switch kind {
	case detect.Role:
		must(g.iam.DetachRolePolicy(g.t.Context(), &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: &arn}))(g.world)
	case detect.Group:
		must(g.iam.DetachGroupPolicy(g.t.Context(), &iam.DetachGroupPolicyInput{GroupName: &name, PolicyArn: &arn}))(g.world)
	default:
		must(g.iam.DetachUserPolicy(g.t.Context(), &iam.DetachUserPolicyInput{UserName: &name, PolicyArn: &arn}))(g.world)
	}
}

func attached(g *gen, kind detect.ResourceType) *episode {
	name := g.principal(kind)
	others := some(g, readOnlyARN, "arn:aws:iam::aws:policy/SecurityAudit", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")
	for _, arn := range others {
		g.attach(kind, name, arn)
	}
	arn := pick(g, adminARN, "arn:aws:iam::aws:policy/IAMFullAccess")
	if g.coin() {
		arn = createPolicy(g.world, g.called("+x", ".y"), g.document(g.allows("", "", "*", "*")))
	}
	f := g.finding(detect.Resource{Type: kind, ID: name}, "Attach"+string(kind)+"Policy", map[string]string{detect.ParamPolicyARN: arn})
	e := &episode{expected: g.knows(f), change: func() detect.Finding { g.attach(kind, name, arn); return f }}
	e.beside = func() {
		if len(others) > 0 {
			g.detach(kind, name, others[0])
		}
		g.attach(kind, name, "arn:aws:iam::aws:policy/PowerUserAccess")
	}
	return e
}

func (g *gen) inline(kind detect.ResourceType, name, policy, document string) {
	if kind == detect.Group {
		must(g.iam.PutGroupPolicy(g.t.Context(), &iam.PutGroupPolicyInput{GroupName: &name, PolicyName: &policy, PolicyDocument: &document}))(g.world)
		return
	}
	putNamed(g.world, kind, name, policy, document)
}

func (g *gen) dropInline(kind detect.ResourceType, name, policy string) {
	switch kind {
	case detect.Role:
		must(g.iam.DeleteRolePolicy(g.t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &policy}))(g.world)
	case detect.Group:
		must(g.iam.DeleteGroupPolicy(g.t.Context(), &iam.DeleteGroupPolicyInput{GroupName: &name, PolicyName: &policy}))(g.world)
	default:
		must(g.iam.DeleteUserPolicy(g.t.Context(), &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: &policy}))(g.world)
	}
}

func inlinePut(g *gen, kind detect.ResourceType) *episode {
	name, policy := g.principal(kind), g.called("+p", "=p", ",p", ".p", "@p")
	for _, other := range some(g, "x", "other", "zz") {
		g.inline(kind, name, other, g.document(g.allows("", "", "arn:aws:s3:::reports/*", "s3:GetObject", "s3:PutObject")))
	}
	statements := append([]string{g.allows("Open", "", "*", "*")}, some(g, g.allows("", "", "arn:aws:s3:::a", "s3:ListBucket"))...)
	document := g.document(placedAmong(g, statements[1:], statements[:1])...)
	f := g.finding(detect.Resource{Type: kind, ID: name}, "Put"+string(kind)+"Policy", map[string]string{
		detect.ParamPolicyName: policy, detect.ParamDocumentHash: detect.DocumentHash([]byte(document)),
	})
	e := &episode{change: func() detect.Finding {
		g.inline(kind, name, policy, document)
		return f
	}}
	if g.coin() { // the rule says which statements are risky, and the others stay
		bad := statements[:1]
		f.Params[detect.ParamStatements] = detect.DocumentHash([]byte(bad[0]))
		e.differs = "nobody knows whether the other statements were there before"
		e.ideal = func() { g.inline(kind, name, policy, cut(g.world, document, bad...)) }
		if len(statements) == 1 {
			e.differs, e.ideal = "", nil
		}
	} else if g.coin() { // one of the name was there before
		g.inline(kind, name, policy, g.document(g.allows("", "", "arn:aws:s3:::reports/*", "s3:GetObject")))
		if g.coin() {
			e.expected = &f
		} else {
			e.differs = "nobody knows the document that the change replaced"
			e.ideal = func() { g.dropInline(kind, name, policy) }
		}
	}
	e.beside = func() {
		g.inline(kind, name, "later", g.document(g.allows("", "", "arn:aws:s3:::later/*", "s3:GetObject")))
		g.attach(kind, name, readOnlyARN)
	}
	e.meddle = func() {
		g.inline(kind, name, policy, g.document(g.allows("Third", "", "arn:aws:s3:::third/*", "s3:GetObject")))
	}
	return e
}

// versions makes a policy with versions that are risky or not; the last one is the default.
func (g *gen) versions(riskies ...bool) (arn string) {
	var documents []string
	for n, risky := range riskies {
		resource, action := fmt.Sprintf("arn:aws:s3:::reports-%d/*", n), "s3:GetObject"
		if risky {
			resource, action = "*", "*"
		}
		documents = append(documents, g.document(g.allows("", "", resource, action)))
	}
	return createPolicy(g.world, g.called("+x", "=y", ".z"), documents...)
}

// unconditionally is a document that lets everything be done, which no condition may soften.
func (g *gen) unconditionally() string {
	return g.document(g.spelled("Effect", `"Allow"`, "Action", `"*"`, "Resource", g.listed("*")))
}

func versionMade(g *gen) *episode {
	there := 1 + g.IntN(4)
	arn := g.versions(make([]bool, there)...)
	bad := g.unconditionally()
	e := &episode{
		differs: "the version that was made stays, but is no default",
		ideal:   func() { setDefault(g.world, arn, fmt.Sprintf("v%d", there)) },
	}
	f := g.finding(detect.Resource{Type: detect.Policy, ID: arn}, "CreatePolicyVersion", map[string]string{
		detect.ParamVersionID: fmt.Sprintf("v%d", there+1), detect.ParamDocumentHash: detect.DocumentHash([]byte(bad)),
	})
	e.expected = g.knows(f)
	if e.expected != nil && there > 1 && g.coin() { // the default was another one than the last
		setDefault(g.world, arn, "v1")
		e.ideal = func() { setDefault(g.world, arn, "v1") }
	}
	e.change = func() detect.Finding {
		must(g.iam.CreatePolicyVersion(g.t.Context(), &iam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: &bad, SetAsDefault: true}))(g.world)
		return f
	}
	return e
}

func versionChosen(g *gen) *episode {
	harmless := []string{g.document(g.allows("", "", "arn:aws:s3:::reports/*", "s3:GetObject"))}
	known := g.coin()
	if known && g.coin() { // otherwise nobody knows which of them was the default
		harmless = append(harmless, g.document(g.allows("", "", "arn:aws:s3:::others/*", "s3:GetObject")))
	}
	arn := createPolicy(g.world, g.called("+x"), append([]string{g.unconditionally()}, harmless...)...)
	if len(harmless) > 1 && g.coin() { // the last one is the default: moto knows none that is made so twice
		setDefault(g.world, arn, "v2")
	}
	f := g.finding(detect.Resource{Type: detect.Policy, ID: arn}, "SetDefaultPolicyVersion", map[string]string{detect.ParamVersionID: "v1"})
	e := &episode{change: func() detect.Finding { setDefault(g.world, arn, "v1"); return f }}
	if known {
		e.expected = &f
	}
	e.beside = func() {
		must(g.iam.CreatePolicyVersion(g.t.Context(), &iam.CreatePolicyVersionInput{
			PolicyArn: &arn, PolicyDocument: aws.String(g.document(g.allows("", "", "arn:aws:s3:::b", "s3:ListBucket"))),
		}))(g.world)
	}
	return e
}

func (g *gen) role(document string) string {
	name := g.principal(detect.Role)
	putTrust(g.world, name, document)
	return name
}

func (g *gen) trusts(who ...string) string {
	return g.spelled("Effect", `"Allow"`, "Principal", g.aws(who...), "Action", g.listed("sts:AssumeRole"), "Sid", pick(g, "", `"T"`))
}

func trustWidened(g *gen) *episode {
	own := append([]string{g.spelled("Effect", `"Allow"`, "Principal", `{"Service":"ec2.amazonaws.com"}`, "Action", `"sts:AssumeRole"`)},
		some(g, g.trusts("arn:aws:iam::"+partner+":root"))...)
	was := g.document(own...)
	name := g.role(was)
	bad := g.trusts(pick(g, "*", "arn:aws:iam::999988887777:root", "arn:aws:iam::999988887777:role/a+b"))
	after := g.document(placedAmong(g, own, []string{bad})...)
	f := g.finding(detect.Resource{Type: detect.Role, ID: name}, "UpdateAssumeRolePolicy", map[string]string{
		detect.ParamDocumentHash: detect.DocumentHash([]byte(after)), detect.ParamStatements: detect.DocumentHash([]byte(bad)),
	})
	e := &episode{
		change: func() detect.Finding { putTrust(g.world, name, after); return f },
		beside: func() { g.attach(detect.Role, name, readOnlyARN) },
		meddle: func() { putTrust(g.world, name, thirdParty) },
	}
	if g.coin() {
		e.expected = &f
	} else {
		ideal := cut(g.world, after, bad)
		e.differs, e.ideal = spelledAnew(was, ideal), func() { putTrust(g.world, name, ideal) }
	}
	return e
}

func trustOfNewRole(g *gen) *episode {
	name := g.called("+x", "@y")
	bad := g.trusts("arn:aws:iam::999988887777:root")
	after := g.document(bad)
	return &episode{
		differs: "the role that was made stays, and lets in nobody",
		ideal: func() {
			putTrust(g.world, name, `{"Version":"2012-10-17","Statement":[{"Sid":"RiposteLetsInNobody","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`)
		},
		change: func() detect.Finding {
			must(g.iam.CreateRole(g.t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &after}))(g.world)
			return g.finding(detect.Resource{Type: detect.Role, ID: name}, "CreateRole", map[string]string{
				detect.ParamDocumentHash: detect.DocumentHash([]byte(after)), detect.ParamStatements: detect.DocumentHash([]byte(bad)),
			})
		},
		beside: func() {
			g.inline(detect.Role, name, "later", g.document(g.allows("", "", "arn:aws:s3:::later/*", "s3:GetObject")))
		},
		meddle: func() { putTrust(g.world, name, thirdParty) },
	}
}

func boundary(g *gen, kind detect.ResourceType) *episode {
	name := g.principal(kind)
	putBoundary(g.world, kind, name, pick(g, readOnlyARN, "arn:aws:iam::aws:policy/SecurityAudit"))
	g.attach(kind, name, readOnlyARN)
	f := g.finding(detect.Resource{Type: kind, ID: name}, "Delete"+string(kind)+"PermissionsBoundary", nil)
	replaced := g.coin()
	if replaced {
		f = g.finding(detect.Resource{Type: kind, ID: name}, "Put"+string(kind)+"PermissionsBoundary", map[string]string{detect.ParamBoundary: adminARN})
	}
	e := &episode{expected: &f}
	e.change = func() detect.Finding {
		switch {
		case replaced:
			putBoundary(g.world, kind, name, adminARN)
		case kind == detect.User:
			must(g.iam.DeleteUserPermissionsBoundary(g.t.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: &name}))(g.world)
		default:
			must(g.iam.DeleteRolePermissionsBoundary(g.t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: &name}))(g.world)
		}
		return f
	}
	e.beside = func() { g.detach(kind, name, readOnlyARN) }
	e.meddle = func() { putBoundary(g.world, kind, name, "arn:aws:iam::aws:policy/PowerUserAccess") }
	return e
}

func memberAdded(g *gen) *episode {
	user := g.principal(detect.User)
	join := func(group string) {
		must(g.iam.AddUserToGroup(g.t.Context(), &iam.AddUserToGroupInput{UserName: &user, GroupName: &group}))(g.world)
	}
	for range g.IntN(3) {
		join(g.principal(detect.Group))
	}
	admins, later := g.principal(detect.Group), g.principal(detect.Group)
	f := g.finding(detect.Resource{Type: detect.User, ID: user}, "AddUserToGroup", map[string]string{detect.ParamGroupName: admins})
	return &episode{
		expected: g.knows(f),
		change:   func() detect.Finding { join(admins); return f },
		beside:   func() { join(later) },
	}
}

func passwordSet(g *gen) *episode {
	user := g.principal(detect.User)
	g.accessKey(user, g.coin())
	return &episode{change: func() detect.Finding {
		out := must(g.iam.CreateLoginProfile(g.t.Context(), &iam.CreateLoginProfileInput{UserName: &user, Password: aws.String("Correct-horse-4")}))(g.world)
		f := g.finding(detect.Resource{Type: detect.User, ID: user}, "CreateLoginProfile", nil)
		f.Event.Time = *out.LoginProfile.CreateDate
		return f
	}}
}

// madeOrActivated is a credential of a user that the change makes, or makes active again.
func madeOrActivated(g *gen, kind detect.ResourceType, create, update string, upload func(user string) string, turn func(user, id string, active bool)) *episode {
	user := g.principal(detect.User)
	other, active := upload(user), g.coin()
	turn(user, other, active)
	e := &episode{beside: func() { turn(user, other, !active) }}
	if g.coin() {
		e.differs = "what was made stays, inactive"
		e.change = func() detect.Finding {
			id := upload(user)
			e.ideal = func() { turn(user, id, false) }
			return g.finding(detect.Resource{Type: kind, ID: id, Parent: user}, create, nil)
		}
		return e
	}
	id := upload(user)
	turn(user, id, false)
	e.change = func() detect.Finding {
		turn(user, id, true)
		return g.finding(detect.Resource{Type: kind, ID: id, Parent: user}, update, nil)
	}
	return e
}

func serviceCredential(g *gen) *episode {
	return madeOrActivated(g, detect.ServiceCredential, "CreateServiceSpecificCredential", "UpdateServiceSpecificCredential",
		func(user string) string {
			return *must(g.iam.CreateServiceSpecificCredential(g.t.Context(), &iam.CreateServiceSpecificCredentialInput{
				UserName: &user, ServiceName: aws.String(pick(g, "codecommit.amazonaws.com", "cassandra.amazonaws.com")),
			}))(g.world).ServiceSpecificCredential.ServiceSpecificCredentialId
		}, func(user, id string, active bool) {
			must(g.iam.UpdateServiceSpecificCredential(g.t.Context(), &iam.UpdateServiceSpecificCredentialInput{
				UserName: &user, ServiceSpecificCredentialId: &id, Status: statusOf(active),
			}))(g.world)
		})
}

func signingCertificate(g *gen) *episode {
	return madeOrActivated(g, detect.SigningCertificate, "UploadSigningCertificate", "UpdateSigningCertificate",
		func(user string) string {
			return *must(g.iam.UploadSigningCertificate(g.t.Context(), &iam.UploadSigningCertificateInput{
				UserName: &user, CertificateBody: aws.String(certificate(g.world)),
			}))(g.world).Certificate.CertificateId
		}, func(user, id string, active bool) {
			must(g.iam.UpdateSigningCertificate(g.t.Context(), &iam.UpdateSigningCertificateInput{
				UserName: &user, CertificateId: &id, Status: statusOf(active),
			}))(g.world)
		})
}

func sshKey(g *gen) *episode {
	n := 0
	return madeOrActivated(g, detect.SSHPublicKey, "UploadSSHPublicKey", "UpdateSSHPublicKey",
		func(user string) string {
			n++
			return *must(g.iam.UploadSSHPublicKey(g.t.Context(), &iam.UploadSSHPublicKeyInput{
				UserName: &user, SSHPublicKeyBody: aws.String(fmt.Sprintf("ssh-rsa AAAAB3NzaC1yc2E%d", n)),
			}))(g.world).SSHPublicKey.SSHPublicKeyId
		}, func(user, id string, active bool) {
			must(g.iam.UpdateSSHPublicKey(g.t.Context(), &iam.UpdateSSHPublicKeyInput{
				UserName: &user, SSHPublicKeyId: &id, Status: statusOf(active),
			}))(g.world)
		})
}

func passwordPolicy(g *gen) *episode {
	in := strictPasswords()
	in.MinimumPasswordLength, in.RequireSymbols = aws.Int32(int32(10+g.IntN(20))), g.coin()
	if g.coin() {
		in.MaxPasswordAge = nil
	}
	put := func(in *iam.UpdateAccountPasswordPolicyInput) {
		must(g.iam.UpdateAccountPasswordPolicy(g.t.Context(), in))(g.world)
	}
	put(in)
	event := pick(g, "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy")
	f := g.finding(detect.Resource{Type: detect.Account, ID: account}, event, nil)
	return &episode{
		expected: &f,
		change: func() detect.Finding {
			if event == "DeleteAccountPasswordPolicy" {
				must(g.iam.DeleteAccountPasswordPolicy(g.t.Context(), &iam.DeleteAccountPasswordPolicyInput{}))(g.world)
			} else {
				put(&iam.UpdateAccountPasswordPolicyInput{RequireNumbers: g.coin(), AllowUsersToChangePassword: in.AllowUsersToChangePassword})
			}
			return f
		},
		meddle: func() {
			third := strictPasswords()
			third.MinimumPasswordLength = aws.Int32(9)
			put(third)
		},
	}
}

func samlProvider(g *gen) *episode {
	create := func(name string) string {
		return *must(g.iam.CreateSAMLProvider(g.t.Context(), &iam.CreateSAMLProviderInput{
			Name: &name, SAMLMetadataDocument: aws.String(strings.Repeat("<metadata/>", 100)),
		}))(g.world).SAMLProviderArn
	}
	create(g.called("-o", ".p", "_q"))
	name := g.called("-o", ".p", "_q")
	return &episode{change: func() detect.Finding {
		arn := create(name)
		got := must(g.iam.GetSAMLProvider(g.t.Context(), &iam.GetSAMLProviderInput{SAMLProviderArn: &arn}))(g.world)
		return providerFinding(g.world, "CreateSAMLProvider", name, arn, got.CreateDate)
	}}
}

func oidcProvider(g *gen) *episode {
	create := func(url string) string {
		return *must(g.iam.CreateOpenIDConnectProvider(g.t.Context(), &iam.CreateOpenIDConnectProviderInput{
			Url: &url, ClientIDList: []string{"sts.amazonaws.com"}, ThumbprintList: []string{strings.Repeat("a1", 20)},
		}))(g.world).OpenIDConnectProviderArn
	}
	url := "https://" + g.called("-x") + ".example.com" + pick(g, "", "/id", "/a/b")
	create("https://" + g.called() + ".example.com")
	return &episode{change: func() detect.Finding {
		arn := create(url)
		got := must(g.iam.GetOpenIDConnectProvider(g.t.Context(), &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: &arn}))(g.world)
		return providerFinding(g.world, "CreateOpenIDConnectProvider", url, arn, got.CreateDate)
	}}
}

const everythingDenied = `{"Version":"2012-10-17","Statement":[{"Sid":"RiposteQuarantine","Effect":"Deny","Action":"*","Resource":"*"}]}`

// sessionsDenied denies everything to sessions from before the event and the half minute after it.
func sessionsDenied() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],` +
		`"Condition":{"DateLessThan":{"aws:TokenIssueTime":"` + clock().Add(30*time.Second).Format(time.RFC3339) + `"}}}]}`
}

// denied is a user or a role who gets an inline policy of a name of ours.
func denied(g *gen, kind detect.ResourceType, policy, document string) *episode {
	name := g.principal(kind)
	for _, other := range some(g, "x", "Riposte", "other") {
		g.inline(kind, name, other, g.document(g.allows("", "", "arn:aws:s3:::reports/*", "s3:GetObject")))
	}
	if g.coin() { // something of our name is there already, and undo has to bring it back
		g.inline(kind, name, policy, g.document(g.allows("Mine", "", "arn:aws:s3:::reports/*", "s3:GetObject")))
	}
	return &episode{
		differs: "the principal is contained, whatever the change was",
		also:    []string{"/principals/" + string(kind) + " " + name + "/inline"},
		ideal:   func() { g.inline(kind, name, policy, document) },
		change: func() detect.Finding {
			g.attach(kind, name, adminARN)
			return g.finding(detect.Resource{Type: kind, ID: name}, "Attach"+string(kind)+"Policy", nil)
		},
		beside: func() {
			g.inline(kind, name, "later", g.document(g.allows("", "", "arn:aws:s3:::later/*", "s3:GetObject")))
		},
		meddle: func() { g.inline(kind, name, policy, harmless) },
	}
}
