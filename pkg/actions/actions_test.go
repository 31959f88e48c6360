package actions

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestAll(t *testing.T) {
	slug := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	seen := map[string]bool{}
	for _, a := range All() {
		if !slug.MatchString(a.ID) || seen[a.ID] {
			t.Errorf("%q is no unique verb with its object, in lower case", a.ID)
		}
		seen[a.ID] = true
		for what, text := range map[string]string{"Doc": a.Doc, "UndoDoc": a.UndoDoc} {
			if !strings.HasSuffix(strings.TrimSpace(text), ".") {
				t.Errorf("%s: %s is %q, want a text that ends with a full stop", a.ID, what, text)
			}
		}
		if a.Title == "" || len(a.Handles) == 0 || len(a.Grants) == 0 {
			t.Errorf("%s has no title, handles nothing, or is granted nothing", a.ID)
		}
		for _, class := range a.Handles {
			if !slug.MatchString(class) {
				t.Errorf("%s handles %q, which is no class", a.ID, class)
			}
		}
		checkGrants(t, a)
	}
}

func checkGrants(t *testing.T, a Action) {
	t.Helper()
	var names []string
	for _, g := range a.Grants {
		if len(g.Actions) == 0 || len(g.Resources) == 0 || g.Undo && !g.Writes {
			t.Errorf("%s: grant %v allows nothing, or nothing that undo alone needs", a.ID, g)
		}
		if passes := slices.Contains(g.Actions, "iam:PassRole"); passes != (g.ToService != "") || passes && len(g.Actions) > 1 {
			t.Errorf("%s: a role is passed to no service in particular, or more than roles is", a.ID)
		}
		for _, name := range g.Actions {
			names = append(names, name)
			_, operation, ok := strings.Cut(name, ":")
			reads := regexp.MustCompile(`^(Get|List|Describe)[A-Z]`).MatchString(operation)
			if !ok || strings.Contains(name, "*") || reads == g.Writes {
				t.Errorf("%s: %q is no single call, or Writes is wrong about it", a.ID, name)
			}
		}
		if (g.Holder != Responder) != a.AsRoot {
			t.Errorf("%s: %v is held by %d: only what takes on root needs more than a responder", a.ID, g.Actions, g.Holder)
		}
		for _, r := range g.Resources {
			if g.Holder != Responder && r == "arn:${Partition}:iam::*:root" {
				continue // a member's, whichever it is
			}
			if r == "*" {
				if g.Why == "" || g.Writes && !unlimited(g) {
					t.Errorf("%s: %v reach everything, without a reason or with writes", a.ID, g.Actions)
				}
				continue
			}
			if r == s3Buckets || r == s3Objects {
				continue
			}
			if !regexp.MustCompile(`^arn:\$\{Partition\}:([a-z0-9-]+:(\$\{Region\})?:\$\{Account\}:[a-z-]+[/:]\*(/[a-z]+/\*)?|ec2:\$\{Region\}::(snapshot|image)/\*|sso:::[a-zA-Z]+/\*|(sns|sqs):\$\{Region\}:\$\{Account\}:\*)$`).MatchString(r) {
				t.Errorf("%s: %q is not limited to one kind of resource of the account", a.ID, r)
			}
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%s is granted something twice: %v", a.ID, names)
	}
}

// unlimited reports whether IAM knows no resource for what a grant writes: settings of the whole account.
func unlimited(g Grant) bool {
	known := []string{
		"iam:UpdateAccountPasswordPolicy", "iam:DeleteAccountPasswordPolicy",
		"s3:PutAccountPublicAccessBlock",
		"logs:CreateLogDelivery", "logs:DeleteLogDelivery",
		"ec2:EnableEbsEncryptionByDefault", "ec2:DisableEbsEncryptionByDefault",
		"ec2:EnableSerialConsoleAccess", "ec2:DisableSerialConsoleAccess",
		"ec2:EnableSnapshotBlockPublicAccess", "ec2:DisableSnapshotBlockPublicAccess",
		"ec2:EnableImageBlockPublicAccess", "ec2:DisableImageBlockPublicAccess",
	}
	return !slices.ContainsFunc(g.Actions, func(name string) bool { return !slices.Contains(known, name) })
}

func TestByID(t *testing.T) {
	if a, ok := ByID("detach-policy"); !ok || a.ID != "detach-policy" {
		t.Errorf("ByID(detach-policy) = %q, %v", a.ID, ok)
	}
	if _, ok := ByID("detach"); ok {
		t.Error("ByID finds an action that does not exist")
	}
}

func TestProtectedRole(t *testing.T) {
	for _, name := range []string{
		"AWSServiceRoleForSupport",
		"arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/Custom",
		"AWSReservedSSO_AdministratorAccess_0123456789abcdef",
		"/aws-reserved/sso.amazonaws.com/eu-west-1/Anything",
		"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0123456789abcdef",
		"AWSControlTowerExecution",
		"organizationACCOUNTaccessrole",
		"ARN:AWS:IAM::111122223333:ROLE/AWSSERVICEROLEFORSUPPORT",
		"CDK-hnb659fds-Deploy-Role-111122223333-us-east-1",
		"AWSCloudFormationStackSetExecutionRole",
		"aws-controltower-AdministratorExecutionRole",
		"OrganizationAccountAccessRole",
		"stacksets-exec-0123456789abcdef",
		"cdk-hnb659fds-deploy-role-111122223333-us-east-1",
		"cdk-hnb659fds-file-publishing-role-111122223333-us-east-1",
		"cdk-hnb659fds-image-publishing-role-111122223333-us-east-1",
		"cdk-hnb659fds-lookup-role-111122223333-us-east-1",
		"cdk-my-team-cfn-exec-role-111122223333-us-east-1",
	} {
		if !ProtectedRole(name) {
			t.Errorf("ProtectedRole(%q) = false, want true", name)
		}
	}
	for _, name := range []string{
		"",
		"admin",
		"MyAWSServiceRoleForSupport",
		"OrganizationAccountAccessRole2",
		"AWSControlTowerExecutionBackup",
		"cdk-deploy-role-1",
		"cdk-hnb659fds-admin-role-1",
		"app/stacksets",
		"/team/aws-service-role/not-the-one",
	} {
		if ProtectedRole(name) {
			t.Errorf("ProtectedRole(%q) = true, want false", name)
		}
	}
}

func TestProtectedPolicy(t *testing.T) {
	for arn, want := range map[string]bool{
		"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine":          true,
		"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3":        true,
		"arn:aws-cn:iam::aws:policy/AWSDenyAll":                        true,
		"arn:aws:iam::aws:policy/AdministratorAccess":                  false,
		"arn:aws:iam::111122223333:policy/AWSDenyAllButAdmins":         false,
		"arn:aws:iam::111122223333:policy/x/NotAWSCompromisedKeyStuff": false,
	} {
		if got := ProtectedPolicy(arn); got != want {
			t.Errorf("ProtectedPolicy(%q) = %v, want %v", arn, got, want)
		}
	}
}
