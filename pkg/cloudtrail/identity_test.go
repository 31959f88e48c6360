package cloudtrail

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIdentities(t *testing.T) {
	for _, tt := range []struct {
		name     string
		identity string
		more     string // further members of the record
		want     Identity
		isRoot   bool
		service  bool
		caller   string
		role     string
	}{
		{
			name: "IAM user",
			identity: `{"type":"IAMUser","principalId":"AIDAIOSFODNN7EXAMPLE","arn":"arn:aws:iam::111122223333:user/bob",` +
				`"accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"bob"}`,
			want: Identity{
				Type: "IAMUser", PrincipalID: "AIDAIOSFODNN7EXAMPLE", ARN: "arn:aws:iam::111122223333:user/bob",
				AccountID: "111122223333", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", UserName: "bob",
			},
			caller: "bob", role: "arn:aws:iam::111122223333:user/bob",
		},
		{
			name: "role session",
			identity: `{"type":"AssumedRole","principalId":"AROAIOSFODNN7EXAMPLE:deploy","arn":"arn:aws:sts::111122223333:assumed-role/CI/deploy",` +
				`"sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/CI","accountId":111122223333,"userName":"CI"},` +
				`"attributes":{"creationDate":"2026-10-14T09:00:02Z","mfaAuthenticated":"false"}}}`,
			want: Identity{
				Type: "AssumedRole", PrincipalID: "AROAIOSFODNN7EXAMPLE:deploy", ARN: "arn:aws:sts::111122223333:assumed-role/CI/deploy",
				Session: Session{
					IssuerType: "Role", IssuerARN: "arn:aws:iam::111122223333:role/CI", IssuerAccount: "111122223333", IssuerUserName: "CI",
					CreationDate: "2026-10-14T09:00:02Z",
				},
			},
			caller: "CI/deploy", role: "arn:aws:iam::111122223333:role/CI",
		},
		{
			name: "root at the console has a temporary key and is no AssumeRoot session",
			identity: `{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333",` +
				`"accessKeyId":"ASIAIOSFODNN7EXAMPLE","userName":"acme","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}`,
			want: Identity{
				Type: "Root", PrincipalID: "111122223333", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333",
				AccessKeyID: "ASIAIOSFODNN7EXAMPLE", UserName: "acme", Session: Session{MFA: true},
			},
			isRoot: true, caller: "root", role: "arn:aws:iam::111122223333:root",
		},
		{
			name: "root session by AssumeRoot",
			identity: `{"type":"Root","accountId":"111122223333","accessKeyId":"ASIAIOSFODNN7EXAMPLE",` +
				`"sessionContext":{"sessionIssuer":{},"assumedRoot":"true"}}`,
			want: Identity{
				Type: "Root", AccountID: "111122223333", AccessKeyID: "ASIAIOSFODNN7EXAMPLE", Session: Session{AssumedRoot: true},
			},
			isRoot: true, caller: "root",
		},
		{
			name: "assumedRoot as a boolean", identity: `{"type":"Root","sessionContext":{"assumedRoot":true}}`,
			want: Identity{Type: "Root", Session: Session{AssumedRoot: true}}, isRoot: true, caller: "root",
		},
		{
			name: "AWS service", identity: `{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}`,
			want: Identity{Type: "AWSService", InvokedBy: "autoscaling.amazonaws.com"}, service: true, caller: "autoscaling.amazonaws.com",
		},
		{
			name: "service event without a type", identity: `{"accountId":"111122223333","invokedBy":"AWS Internal"}`,
			want: Identity{AccountID: "111122223333", InvokedBy: "AWS Internal"}, service: true, caller: "AWS Internal",
		},
		{
			name: "service on a role's behalf is the role",
			identity: `{"type":"AssumedRole","principalId":"AROAIOSFODNN7EXAMPLE:x","invokedBy":"cloudformation.amazonaws.com",` +
				`"sessionContext":{"sessionIssuer":{"userName":"Deploy"}}}`,
			want: Identity{
				Type: "AssumedRole", PrincipalID: "AROAIOSFODNN7EXAMPLE:x", InvokedBy: "cloudformation.amazonaws.com",
				Session: Session{IssuerUserName: "Deploy"},
			},
			caller: "Deploy/x",
		},
		{
			name:     "Identity Center user at sign-in",
			identity: `{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"90670d1c-0001","identityStoreArn":"x"}}`,
			more:     `,"additionalEventData":{"UserName":"alice@example.com","CredentialType":"PASSWORD"}`,
			want:     Identity{Type: "IdentityCenterUser", PrincipalID: "90670d1c-0001", AccountID: "111122223333", UserName: "alice@example.com"},
			caller:   "alice@example.com",
		},
		{
			name:     "Identity Center user without a name",
			identity: `{"type":"IdentityCenterUser","onBehalfOf":{"userId":"90670d1c-0001"}}`,
			want:     Identity{Type: "IdentityCenterUser", PrincipalID: "90670d1c-0001"},
			caller:   "90670d1c-0001",
		},
		{
			name:     "a name beside an IAM user is not taken over",
			identity: `{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/bob"}`, more: `,"additionalEventData":{"UserName":"alice"}`,
			want:   Identity{Type: "IAMUser", ARN: "arn:aws:iam::111122223333:user/bob"},
			caller: "arn:aws:iam::111122223333:user/bob", role: "arn:aws:iam::111122223333:user/bob",
		},
		{
			name:     "SAML user",
			identity: `{"type":"SAMLUser","principalId":"x:alice","userName":"alice","identityProvider":"arn:aws:iam::111122223333:saml-provider/idp"}`,
			want:     Identity{Type: "SAMLUser", PrincipalID: "x:alice", UserName: "alice"}, caller: "alice",
		},
		{
			name:     "web identity",
			identity: `{"type":"WebIdentityUser","principalId":"accounts.example.com:app:4711","userName":"4711","identityProvider":"accounts.example.com"}`,
			want:     Identity{Type: "WebIdentityUser", PrincipalID: "accounts.example.com:app:4711", UserName: "4711"}, caller: "4711",
		},
		{
			name: "federated user",
			identity: `{"type":"FederatedUser","principalId":"111122223333:alice","arn":"arn:aws:sts::111122223333:federated-user/alice",` +
				`"sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/broker","userName":"broker"}}}`,
			want: Identity{
				Type: "FederatedUser", PrincipalID: "111122223333:alice", ARN: "arn:aws:sts::111122223333:federated-user/alice",
				Session: Session{IssuerType: "IAMUser", IssuerARN: "arn:aws:iam::111122223333:user/broker", IssuerUserName: "broker"},
			},
			caller: "broker/alice", role: "arn:aws:iam::111122223333:user/broker",
		},
		{
			name: "another account", identity: `{"type":"AWSAccount","principalId":"AIDAIOSFODNN7EXAMPLE","accountId":"444455556666"}`,
			want:   Identity{Type: "AWSAccount", PrincipalID: "AIDAIOSFODNN7EXAMPLE", AccountID: "444455556666"},
			caller: "AIDAIOSFODNN7EXAMPLE",
		},
		{name: "nobody", identity: `{}`, caller: "unknown"},
	} {
		e, err := Decode(fmt.Appendf(nil, `{"eventSource":"signin.amazonaws.com","eventName":"CredentialChallenge","userIdentity":%s%s}`, tt.identity, tt.more))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		i := e.Identity
		if diff := cmp.Diff(tt.want, i); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if i.IsRoot() != tt.isRoot || i.IsService() != tt.service || i.Name() != tt.caller || i.RoleARN() != tt.role {
			t.Errorf("%s: root %t, service %t, name %q, role %q; want %t, %t, %q, %q", tt.name,
				i.IsRoot(), i.IsService(), i.Name(), i.RoleARN(), tt.isRoot, tt.service, tt.caller, tt.role)
		}
	}
}

func TestPartition(t *testing.T) {
	for _, tt := range []struct {
		event Event
		want  string
	}{
		{Event{}, "aws"},
		{Event{Region: "eu-west-1"}, "aws"},
		{Event{Region: "cn-north-1"}, "aws-cn"},
		{Event{Region: "us-gov-west-1"}, "aws-us-gov"},
		{Event{Region: "eusc-de-east-1"}, "aws-eusc"},
		{Event{Region: "eu-west-1", Identity: Identity{ARN: "arn:aws-cn:iam::111122223333:user/bob"}}, "aws-cn"},
		{Event{Region: "cn-north-1", Identity: Identity{ARN: "arn:"}}, "aws-cn"},
	} {
		if got := tt.event.Partition(); got != tt.want {
			t.Errorf("partition of %s %q = %s, want %s", tt.event.Region, tt.event.Identity.ARN, got, tt.want)
		}
	}
}
