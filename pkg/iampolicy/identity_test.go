package iampolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// told returns the risks of one code as "statement severity grade actions", and "not judged" or "none" instead.
func told(v iampolicy.Verdict, code string) string {
	if !v.Judged {
		return "not judged: " + v.Reason
	}
	var out []string
	for _, r := range v.Risks {
		if r.Code == code {
			text := fmt.Sprintf("%d %s %s", r.Statement, r.Severity, r.Grade)
			if len(r.Actions) > 0 {
				text += " " + strings.Join(r.Actions, " ")
			}
			out = append(out, strings.TrimSpace(text))
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, "; ")
}

// policyOf writes statements as a document of 2012. Single quotes stand for double ones.
func policyOf(statements ...string) []byte {
	return []byte(strings.ReplaceAll(`{'Version':'2012-10-17','Statement':[`+strings.Join(statements, ",")+`]}`, "'", `"`))
}

func TestEscalation(t *testing.T) {
	const pass = `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*'}`
	const run = `{'Effect':'Allow','Action':'ec2:RunInstances','Resource':'*'}`
	passWhere := func(condition string) string {
		return `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':` + condition + `}`
	}
	tests := []struct {
		name       string
		statements []string
		want       string
	}{
		{"a direct one", []string{`{'Effect':'Allow','Action':'iam:AttachUserPolicy','Resource':'*'}`}, "1 critical unconditional iam:AttachUserPolicy"},
		{"any letter case", []string{`{'Effect':'Allow','Action':'IAM:attachuserpolicy','Resource':'*'}`}, "1 critical unconditional iam:AttachUserPolicy"},
		{"a question mark", []string{`{'Effect':'Allow','Action':'iam:Attach?serPolicy','Resource':'*'}`}, "1 critical unconditional iam:AttachUserPolicy"},
		{"a star", []string{`{'Effect':'Allow','Action':'iam:*LoginProfile','Resource':'*'}`}, "1 critical unconditional iam:CreateLoginProfile iam:UpdateLoginProfile"},
		{"all users", []string{`{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':'arn:aws:iam::*:user/*'}`}, "1 critical unconditional iam:CreateAccessKey"},
		{"all users in China", []string{`{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':'arn:aws-cn:iam::111122223333:user/*'}`}, "1 critical unconditional iam:CreateAccessKey"},
		{"one user", []string{`{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':'arn:aws:iam::111122223333:user/ci'}`}, "1 medium scoped iam:CreateAccessKey"},
		{"oneself", []string{`{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':'arn:aws:iam::*:user/${aws:username}'}`}, "none"},
		{"no user at all", []string{`{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':'arn:aws:iam::*:role/*'}`}, "none"},
		{"another service's resources", []string{`{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::logs/*'}`}, "none"},
		{"white space in an action", []string{`{'Effect':'Allow','Action':' iam:CreateAccessKey','Resource':'*'}`}, "none"},
		{"reading only", []string{`{'Effect':'Allow','Action':['iam:Get*','iam:List*'],'Resource':'*'}`}, "none"},

		{"a role and what runs with it", []string{pass, run}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{"in the other order", []string{run, pass}, "2 high unconditional iam:PassRole+ec2:RunInstances"},
		{"a role alone", []string{pass}, "none"},
		{"one role", []string{`{'Effect':'Allow','Action':'iam:PassRole','Resource':'arn:aws:iam::111122223333:role/app'}`, run}, "1 low scoped iam:PassRole+ec2:RunInstances"},
		{"all roles", []string{`{'Effect':'Allow','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/*'}`, run}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{"to the launcher", []string{passWhere(`{'StringEquals':{'iam:PassedToService':'ec2.amazonaws.com'}}`), run}, "1 medium conditional iam:PassRole+ec2:RunInstances"},
		{"to another service", []string{passWhere(`{'StringEquals':{'iam:PassedToService':'lambda.amazonaws.com'}}`), run}, "none"},
		{"to any service", []string{passWhere(`{'StringLike':{'iam:PassedToService':'*'}}`), run}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{"to all services but the launcher", []string{passWhere(`{'StringNotEquals':{'iam:PassedToService':['ec2.amazonaws.com','lambda.amazonaws.com']}}`), run}, "none"},
		{"to all but one service", []string{passWhere(`{'StringNotEquals':{'iam:PassedToService':'lambda.amazonaws.com'}}`), run}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{
			"the wider of two",
			[]string{passWhere(`{'StringEquals':{'iam:PassedToService':'lambda.amazonaws.com'}}`), `{'Effect':'Allow','Action':'iam:PassRole','Resource':'arn:aws:iam::111122223333:role/app'}`, run},
			"2 low scoped iam:PassRole+ec2:RunInstances",
		},
		{"functions of one name", []string{pass, `{'Effect':'Allow','Action':['lambda:CreateFunction','lambda:InvokeFunction'],'Resource':'arn:aws:lambda:*:*:function:app-*'}`}, "1 high unconditional iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction"},

		{"a fixed policy", []string{`{'Effect':'Allow','Action':'iam:AttachRolePolicy','Resource':'*','Condition':{'ArnEquals':{'iam:PolicyARN':'arn:aws:iam::aws:policy/ReadOnlyAccess'}}}`}, "1 high conditional iam:AttachRolePolicy"},
		{"a condition that always holds", []string{`{'Effect':'Allow','Action':'iam:AttachRolePolicy','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':['192.0.2.0/24','0.0.0.0/0']}}}`}, "1 critical unconditional iam:AttachRolePolicy"},
		{"a condition that stands twice", []string{`{'Effect':'Allow','Action':'iam:AttachRolePolicy','Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'}},'condition':{}}`}, "1 critical unconditional iam:AttachRolePolicy"},

		{"denied", []string{pass, run, `{'Effect':'Deny','Action':'iam:PassRole','Resource':'*'}`}, "none"},
		{"denied by a pattern", []string{pass, run, `{'Effect':'Deny','Action':'iam:Pass*','Resource':'*'}`}, "none"},
		{"denied by NotAction", []string{pass, run, `{'Effect':'Deny','NotAction':'ec2:*','Resource':'*'}`}, "none"},
		{"not denied by NotAction", []string{pass, run, `{'Effect':'Deny','NotAction':['ec2:*','iam:*'],'Resource':'*'}`}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{"denied under a condition", []string{pass, run, `{'Effect':'Deny','Action':'iam:PassRole','Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'false'}}}`}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{"denied elsewhere", []string{pass, run, `{'Effect':'Deny','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/admin'}`}, "1 high unconditional iam:PassRole+ec2:RunInstances"},
		{"denied but for one role", []string{pass, run, `{'Effect':'Deny','Action':'iam:PassRole','NotResource':'arn:aws:iam::*:role/app'}`}, "1 low scoped iam:PassRole+ec2:RunInstances"},
		{"denied by a statement that is not certain", []string{pass, run, `{'Effect':'Deny','Action':'iam:PassRole','Action':'s3:*','Resource':'*'}`}, "1 high unconditional iam:PassRole+ec2:RunInstances"},

		{"everything but one service", []string{`{'Effect':'Allow','NotAction':['iam:*','sts:*','sso:*','lambda:*'],'Resource':'arn:aws:glue:*:*:devEndpoint/*'}`}, "1 high unconditional glue:UpdateDevEndpoint"},
		{"a command by one document", []string{`{'Effect':'Allow','Action':'ssm:SendCommand','Resource':['arn:aws:ec2:*:*:instance/*','arn:aws:ssm:*:*:document/Backup']}`}, "1 low scoped ssm:SendCommand"},
		{"an action without a resource needs the star", []string{`{'Effect':'Allow','Action':['ec2-instance-connect:SendSSHPublicKey','ec2:DescribeInstances'],'Resource':'arn:aws:ec2:*:*:instance/*'}`}, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := told(iampolicy.Judge(policyOf(tt.statements...)), iampolicy.PrivilegeEscalation); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", policyOf(tt.statements...), got, tt.want)
			}
		})
	}
}

func TestVersionOf2008HasNoVariables(t *testing.T) {
	text := strings.ReplaceAll(string(policyOf(`{'Effect':'Allow','Action':'iam:CreateAccessKey','Resource':['arn:aws:iam::*:user/${aws:username}','arn:aws:iam::*:user/ci-${aws:username}']}`)), "2012", "2008")
	if got := told(iampolicy.Judge([]byte(text)), iampolicy.PrivilegeEscalation); got != "none" {
		t.Errorf("%s: %s", text, got)
	}
}

func TestSensitiveActions(t *testing.T) {
	tests := []struct{ name, code, statement, want string }{
		{"any object", iampolicy.DataExfiltration, `{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}`, "1 medium unconditional s3:GetObject"},
		{"any object of a bucket", iampolicy.DataExfiltration, `{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::logs/*'}`, "none"},
		{"any object, by its ARN", iampolicy.DataExfiltration, `{'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::*/*'}`, "1 medium unconditional s3:GetObject"},
		{"any secret", iampolicy.DataExfiltration, `{'Effect':'Allow','Action':'secretsmanager:Get*','Resource':'arn:aws:secretsmanager:*:111122223333:secret:*'}`, "1 medium unconditional secretsmanager:GetSecretValue"},
		{"under a condition", iampolicy.DataExfiltration, `{'Effect':'Allow','Action':'s3:GetObject','Resource':'*','Condition':{'StringEquals':{'aws:ResourceTag/team':'data'}}}`, "1 low conditional s3:GetObject"},
		{"passwords", iampolicy.CredentialsExposure, `{'Effect':'Allow','Action':'ec2:GetPasswordData','Resource':'*'}`, "1 high unconditional ec2:GetPasswordData"},
		{"a noise", iampolicy.CredentialsExposure, `{'Effect':'Allow','Action':'ecr:GetAuthorizationToken','Resource':'*'}`, "1 low unconditional ecr:GetAuthorizationToken"},
		{"bucket policies", iampolicy.ResourceExposure, `{'Effect':'Allow','Action':'s3:PutBucketPolicy','Resource':'*'}`, "1 medium unconditional s3:PutBucketPolicy"},
		{"taking away what may hold a Deny", iampolicy.ResourceExposure, `{'Effect':'Allow','Action':'s3:DeleteBucketPolicy','Resource':'*'}`, "1 low unconditional s3:DeleteBucketPolicy"},
		{"reading who has access", iampolicy.ResourceExposure, `{'Effect':'Allow','Action':['s3:GetBucketAcl','quicksight:DescribeTopicPermissions'],'Resource':'*'}`, "none"},
		{"the trail", iampolicy.DefenseEvasion, `{'Effect':'Allow','Action':['cloudtrail:StopLogging','cloudtrail:Describe*'],'Resource':'*'}`, "1 high unconditional cloudtrail:StopLogging"},
		{"one trail", iampolicy.DefenseEvasion, `{'Effect':'Allow','Action':'cloudtrail:StopLogging','Resource':'arn:aws:cloudtrail:eu-west-1:111122223333:trail/app'}`, "none"},
		{"any role to a service", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:Pass*','Resource':'*'}`, "1 high unconditional iam:PassRole"},
		{"any role to one service", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':{'iam:PassedToService':'ec2.amazonaws.com'}}}`, "none"},
		{"any role to one service, if one is named", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/*','Condition':{'StringEqualsIfExists':{'iam:PassedToService':['ec2.amazonaws.com','ec2.amazonaws.com.cn']}}}`, "none"},
		{"any role for one instance", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'ArnLike':{'iam:AssociatedResourceArn':'arn:aws:ec2:*:111122223333:instance/*'}}}`, "none"},
		{"any role to any service", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringLike':{'iam:PassedToService':'*'}}}`, "1 high unconditional iam:PassRole"},
		{"any role to many services", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringLike':{'iam:PassedToService':'*.amazonaws.com'}}}`, "1 medium conditional iam:PassRole"},
		{"any role but to one service", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringNotEquals':{'iam:PassedToService':'ec2.amazonaws.com'}}}`, "1 high unconditional iam:PassRole"},
		{"any role with a tag", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'*','Condition':{'StringEquals':{'iam:ResourceTag/team':'data'}}}`, "1 medium conditional iam:PassRole"},
		{"any role but one", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','NotResource':'arn:aws:iam::*:role/admin'}`, "1 high unconditional iam:PassRole"},
		{"one role", iampolicy.PassRoleAny, `{'Effect':'Allow','Action':'iam:PassRole','Resource':'arn:aws:iam::*:role/app'}`, "none"},
		{"any role assumed", iampolicy.AssumeRoleAny, `{'Effect':'Allow','Action':'sts:AssumeRole','Resource':'arn:aws:iam::*:role/*'}`, "1 high unconditional sts:AssumeRole"},
		{"one role assumed", iampolicy.AssumeRoleAny, `{'Effect':'Allow','Action':'sts:AssumeRole','Resource':'arn:aws:iam::444455556666:role/audit'}`, "none"},
		{"a resource that could be named", iampolicy.WildcardResource, `{'Effect':'Allow','Action':'s3:PutObject','Resource':'*'}`, "1 low unconditional s3:PutObject"},
		{"any object, by its ARN", iampolicy.WildcardResource, `{'Effect':'Allow','Action':'s3:PutObject','Resource':'arn:aws:s3:::*'}`, "1 low unconditional s3:PutObject"},
		{"any table, by its ARN", iampolicy.WildcardResource, `{'Effect':'Allow','Action':['dynamodb:PutItem','s3:PutObject'],'Resource':'arn:aws:dynamodb:*:*:table/*'}`, "1 low unconditional dynamodb:PutItem"},
		{"tables with a name, and any of another service", iampolicy.WildcardResource, `{'Effect':'Allow','Action':'dynamodb:PutItem','Resource':['arn:aws:dynamodb:*:*:table/app-*','arn:aws:s3:::*']}`, "none"},
		{"listing", iampolicy.WildcardResource, `{'Effect':'Allow','Action':['s3:ListAllMyBuckets','ec2:Describe*'],'Resource':'*'}`, "none"},
		{"no resource to name", iampolicy.WildcardResource, `{'Effect':'Allow','Action':'ecr:GetAuthorizationToken','Resource':'*'}`, "none"},
		{"only who has no MFA", iampolicy.MFAAntipattern, `{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'false'}}}`, "1 medium"},
		{"only who has no MFA, compared as text", iampolicy.MFAAntipattern, `{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{'aws:MultiFactorAuthPresent':'false'}}}`, "1 medium"},
		{"MFA demanded by a Deny as text", iampolicy.MFAAntipattern, `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringNotEquals':{'aws:MultiFactorAuthPresent':'true'}}}`, "none"},
		{"long-term keys slip through an Allow", iampolicy.MFAAntipattern, `{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'true'}}}`, "1 medium"},
		{"long-term keys slip through a Deny", iampolicy.MFAAntipattern, `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'false'}}}`, "1 medium"},
		{"MFA demanded by an Allow", iampolicy.MFAAntipattern, `{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'}}}`, "none"},
		{"MFA demanded by a Deny", iampolicy.MFAAntipattern, `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}}`, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := told(iampolicy.Judge(policyOf(tt.statement)), tt.code); got != tt.want {
				t.Errorf("%s\n%s: got %s, want %s", policyOf(tt.statement), tt.code, got, tt.want)
			}
		})
	}
}

func TestRestrictions(t *testing.T) {
	tests := []struct {
		condition string
		restricts bool
	}{
		{`{'Bool':{'aws:MultiFactorAuthPresent':'true'}}`, true},
		{`{'Bool':{'aws:MultiFactorAuthPresent':true}}`, true},
		{`{'BoolIfExists':{'aws:MultiFactorAuthPresent':'true'}}`, false},
		{`{'StringEquals':{'aws:RequestedRegion':'eu-west-1'}}`, true},
		{`{'StringNotEquals':{'aws:RequestedRegion':'eu-west-1'}}`, false},
		{`{'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}}`, true},
		{`{'IpAddress':{'aws:SourceIp':['0.0.0.0/1','128.0.0.0/1']}}`, false},
		{`{'IpAddress':{'aws:SourceIp':'::/0'}}`, false},
		{`{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}`, false},
		{`{'StringLike':{'aws:PrincipalOrgID':'*'}}`, false},
		{`{'StringLike':{'aws:PrincipalTag/team':'data'}}`, true},
		{`{'StringEquals':{'aws:username':'${aws:username}'}}`, false},
		{`{'ForAllValues:StringEquals':{'aws:TagKeys':'team'}}`, false},
		{`{'ForAnyValue:StringEquals':{'aws:TagKeys':'team'}}`, true},
		{`{'Null':{'aws:TokenIssueTime':'false'}}`, false},
		{`{'Bool':{'aws:SecureTransport':'true'}}`, false},
		{`{'DateLessThan':{'aws:CurrentTime':'2099-01-01T00:00:00Z'}}`, false},
		{`{'StringLike':{'aws:UserAgent':'admin-tool/*'}}`, false},
		{`{'StringEquals':{'aws:ResourceAccount':'111122223333'}}`, false},
		{`{'Bool':{'aws:SecureTransport':'true'},'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}}`, true},
		{`{}`, false},
	}
	for _, tt := range tests {
		v := iampolicy.Judge(policyOf(`{'Effect':'Allow','Action':'*','Resource':'*','Condition':` + tt.condition + `}`))
		want := iampolicy.FullAdmin
		if tt.restricts {
			want = iampolicy.ConditionalAdmin
		}
		if told(v, want) == "none" || !v.Judged {
			t.Errorf("under %s: %v %s, want %s", tt.condition, v.Codes(), v.Reason, want)
		}
	}
}

func TestCompare(t *testing.T) {
	read := `{'Effect':'Allow','Action':'s3:GetObject','Resource':'*'}`
	named := func(sid, rest string) string { return `{'Sid':'` + sid + `',` + rest[1:] }
	tests := []struct {
		name           string
		before, after  []byte
		added, removed []string
	}{
		{"nothing", policyOf(read), policyOf(read), nil, nil},
		{"moved and renamed", policyOf(read), policyOf(`{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3:::a'}`, named("X", read)), nil, nil},
		{"new", nil, policyOf(read), []string{"data-exfiltration s3:GetObject", "wildcard-resource s3:GetObject"}, nil},
		{"gone", policyOf(read), policyOf(`{'Effect':'Deny','Action':'*','Resource':'*'}`), nil, []string{"data-exfiltration s3:GetObject", "wildcard-resource s3:GetObject"}},
		{
			"one action more", policyOf(`{'Effect':'Allow','Action':'iam:AttachUserPolicy','Resource':'*'}`),
			policyOf(`{'Effect':'Allow','Action':['iam:AttachUserPolicy','iam:PutUserPolicy'],'Resource':'*'}`),
			[]string{"privilege-escalation iam:PutUserPolicy", "resource-exposure iam:PutUserPolicy", "wildcard-resource iam:PutUserPolicy"},
			nil,
		},
		{
			"the condition gone", policyOf(read[:len(read)-1] + `,'Condition':{'StringEquals':{'aws:ResourceTag/a':'b'}}}`), policyOf(read),
			[]string{"data-exfiltration s3:GetObject", "wildcard-resource s3:GetObject"},
			nil,
		},
		{
			"a condition more", policyOf(read), policyOf(read[:len(read)-1] + `,'Condition':{'StringEquals':{'aws:ResourceTag/a':'b'}}}`),
			nil,
			[]string{"data-exfiltration s3:GetObject", "wildcard-resource s3:GetObject"},
		},
	}
	say := func(risks []iampolicy.Risk) string {
		var out []string
		for _, r := range risks {
			out = append(out, strings.TrimSpace(r.Code+" "+strings.Join(r.Actions, " ")))
		}
		return strings.Join(out, "; ")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := iampolicy.Compare(tt.before, tt.after)
			if got, want := say(d.Added), strings.Join(tt.added, "; "); got != want || !d.Judged {
				t.Errorf("added %s, want %s (%s)", got, want, d.Reason)
			}
			if got, want := say(d.Removed), strings.Join(tt.removed, "; "); got != want {
				t.Errorf("removed %s, want %s", got, want)
			}
		})
	}
	if d := iampolicy.Compare(policyOf(read), []byte("{")); d.Judged || d.Reason == "" {
		t.Errorf("a document that cannot be judged: %+v", d)
	}
}
