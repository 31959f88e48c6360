package stack

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func none(string) string { return "" }

// defaults are the settings of a deployment about which nothing is said.
func defaults() Settings {
	return Settings{
		StackName: "Riposte", Topology: Single, Partition: "aws", HomeRegion: "us-east-1", Regions: watchedRegions("aws", "us-east-1", nil),
		Organization: Organization{DelegatedAdmin: true}, LogRetentionDays: 365, Concurrency: 5, Heartbeat: true, Assets: "dist",
	}
}

func TestReadSettings(t *testing.T) {
	with := func(change func(*Settings)) Settings {
		s := defaults()
		change(&s)
		return s
	}
	member := map[string]any{"riposte:topology": "organization", "riposte:organizationId": "o-a1b2c3d4e5", "riposte:organizationalUnits": "r-ab12"}
	and := func(more map[string]any) map[string]any {
		out := map[string]any{}
		for _, m := range []map[string]any{member, more} {
			maps.Copy(out, m)
		}
		return out
	}
	hub := func(s *Settings) {
		s.Topology, s.OrganizationID, s.OrganizationalUnits = Members, "o-a1b2c3d4e5", []string{"r-ab12"}
		s.ExternalID = externalIDOf("o-a1b2c3d4e5", "Riposte")
	}
	for name, test := range map[string]struct {
		context map[string]any
		want    Settings
	}{
		"nothing":               {nil, defaults()},
		"somebody else's flags": {map[string]any{"@aws-cdk/core:x": true, "stackName": "Other"}, defaults()},
		"a name":                {map[string]any{"riposte:stackName": "Riposte-Test"}, with(func(s *Settings) { s.StackName = "Riposte-Test" })},
		"days as in cdk.json":   {map[string]any{"riposte:logRetentionDays": 30.0}, with(func(s *Settings) { s.LogRetentionDays = 30 })},
		"days as after -c":      {map[string]any{"riposte:logRetentionDays": "30"}, with(func(s *Settings) { s.LogRetentionDays = 30 })},
		"an address":            {map[string]any{"riposte:alarmEmail": "a@example.com"}, with(func(s *Settings) { s.AlarmEmail = "a@example.com" })},
		"read-only calls too":   {map[string]any{"riposte:readEvents": "true"}, with(func(s *Settings) { s.ReadEvents = true })},
		"nothing reserved":      {map[string]any{"riposte:concurrency": "0"}, with(func(s *Settings) { s.Concurrency = 0 })},
		"regions as in cdk.json": {map[string]any{"riposte:regions": []any{"eu-west-1", "eu-central-1"}}, with(func(s *Settings) {
			s.Regions = watchedRegions("aws", "us-east-1", []string{"eu-central-1", "eu-west-1"})
		})},
		"regions as after -c": {map[string]any{"riposte:regions": "eu-west-1, eu-central-1"}, with(func(s *Settings) {
			s.Regions = watchedRegions("aws", "us-east-1", []string{"eu-central-1", "eu-west-1"})
		})},
		"a home": {map[string]any{"riposte:homeRegion": "eu-central-1"}, with(func(s *Settings) {
			s.HomeRegion, s.Regions = "eu-central-1", watchedRegions("aws", "eu-central-1", nil)
		})},
		"a home in China": {map[string]any{"riposte:homeRegion": "cn-northwest-1"}, with(func(s *Settings) {
			s.Partition, s.HomeRegion, s.Regions = "aws-cn", "cn-northwest-1", []string{"cn-north-1", "cn-northwest-1"}
		})},
		"a partition": {map[string]any{"riposte:partition": "aws-us-gov"}, with(func(s *Settings) {
			s.Partition, s.HomeRegion, s.Regions = "aws-us-gov", "us-gov-west-1", []string{"us-gov-west-1", "us-gov-east-1"}
		})},
		"a boundary":      {map[string]any{"riposte:permissionsBoundary": "Bound"}, with(func(s *Settings) { s.PermissionsBoundary = "Bound" })},
		"no heartbeat":    {map[string]any{"riposte:heartbeat": "false"}, with(func(s *Settings) { s.Heartbeat = false })},
		"undo and traces": {map[string]any{"riposte:undo": true, "riposte:tracing": true}, with(func(s *Settings) { s.Undo, s.Tracing = true, true })},
		"an organisation": {member, with(hub)},
		"all of it": {and(map[string]any{
			"riposte:excludedAccounts": "999988887777,444455556666", "riposte:delegatedAdmin": false, "riposte:externalId": "an-id", "riposte:rootTasks": "true",
			"riposte:permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
		}), with(func(s *Settings) {
			hub(s)
			s.ExcludedAccounts, s.DelegatedAdmin, s.ExternalID, s.RootTasks = []string{"999988887777", "444455556666"}, false, "an-id", true
			s.PermissionsBoundary = "arn:aws:iam::aws:policy/PowerUserAccess"
		})},
		// The same cdk.json serves hub and spokes.
		"a spoke": {and(map[string]any{"riposte:topology": "spoke", "riposte:hubAccount": "111122223333"}), with(func(s *Settings) {
			hub(s)
			s.Topology, s.HubAccount = Spoke, "111122223333"
		})},
		"a spoke by its external ID": {
			map[string]any{"riposte:topology": "spoke", "riposte:hubAccount": "111122223333", "riposte:externalId": "an-id"},
			with(func(s *Settings) { s.Topology, s.HubAccount, s.ExternalID = Spoke, "111122223333", "an-id" }),
		},
	} {
		got, err := ReadSettings(test.context, none, t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	one := func(key string, v any) map[string]any { return map[string]any{"riposte:" + key: v} }
	for name, test := range map[string]struct {
		context map[string]any
		say     string
	}{
		"misspelt":          {one("alarmMail", "a@example.com"), `no setting "riposte:alarmMail": there are riposte:alarmEmail, `},
		"no name":           {one("stackName", ""), `"riposte:stackName" is : want a letter`},
		"a name too long":   {one("stackName", strings.Repeat("r", 33)), "at most 31"},
		"a name with space": {one("stackName", "My Riposte"), "want a letter"},
		"31 days":           {one("logRetentionDays", 31.0), "is 31: CloudWatch Logs keeps logs for one of [1 3 5"},
		"half a day":        {one("logRetentionDays", 1.5), "is 1.5: "},
		"forever":           {one("logRetentionDays", "forever"), "is forever: "},
		"yes":               {one("logRetentionDays", true), "is true: "},
		"no address":        {one("alarmEmail", "security"), "want an e-mail address"},
		"a person":          {one("alarmEmail", "Security <a@example.com>"), "want an e-mail address"},
		"events, perhaps":   {one("readEvents", "yes"), "want true or false"},
		"one at a time":     {one("concurrency", 1.0), "from 2 to 100, or 0"},

		"a topology of its own":      {one("topology", "hub"), "want single, organization or spoke"},
		"a partition of its own":     {one("partition", "aws-iso"), "want one of aws, aws-cn, aws-eusc, aws-us-gov"},
		"a home that is none":        {one("homeRegion", "Frankfurt"), "want a region such as eu-central-1"},
		"a zone":                     {one("homeRegion", "eu-central-1a"), "want a region"},
		"a region that is none":      {one("regions", "eu-central-1,everywhere"), "everywhere is wrong: want regions"},
		"a region twice":             {one("regions", []any{"eu-west-1", "eu-west-1"}), "stands there twice"},
		"no regions":                 {one("regions", []any{}), "want a list"},
		"a number":                   {one("regions", 17.0), "want a list"},
		"regions of two partitions":  {one("regions", "cn-north-1"), "cn-north-1 is a region of partition aws-cn, and the deployment is in aws"},
		"a home elsewhere":           {map[string]any{"riposte:partition": "aws", "riposte:homeRegion": "us-gov-west-1"}, "us-gov-west-1 is a region of partition aws-us-gov"},
		"a heartbeat, perhaps":       {one("heartbeat", "sometimes"), "want true or false"},
		"no boundary":                {one("permissionsBoundary", "arn:aws:iam::111122223333:role/x"), "want the name or the ARN"},
		"an organisation that is no": {one("organizationId", "a1b2c3d4e5"), "want an ID such as o-a1b2c3d4e5"},
		"no unit":                    {one("organizationalUnits", "Workloads"), "want IDs such as ou-"},
		"no account":                 {one("excludedAccounts", "12345"), "want account IDs"},
		"an account as a number":     {one("hubAccount", 111122223333.0), "as text"},
		"an external ID with space":  {one("externalId", "an id"), "want 2 to 128 letters"},

		"an organisation for one account": {one("organizationId", "o-a1b2c3d4e5"), "has no place in topology single: set riposte:topology=organization"},
		"root tasks in one account":       {one("rootTasks", true), "riposte:rootTasks has no place"},
		"a hub for one account":           {one("hubAccount", "111122223333"), "riposte:hubAccount has no place"},
		"members of nothing":              {one("topology", "organization"), "needs riposte:organizationId"},
		"members nowhere":                 {map[string]any{"riposte:topology": "organization", "riposte:organizationId": "o-a1b2c3d4e5"}, "needs riposte:organizationalUnits"},
		"a hub of a hub": {map[string]any{
			"riposte:topology": "organization", "riposte:organizationId": "o-a1b2c3d4e5", "riposte:organizationalUnits": "r-ab12", "riposte:hubAccount": "111122223333",
		}, "belongs to topology spoke"},
		"a spoke without a hub":     {map[string]any{"riposte:topology": "spoke", "riposte:organizationId": "o-a1b2c3d4e5"}, "needs riposte:hubAccount"},
		"a spoke that nobody knows": {map[string]any{"riposte:topology": "spoke", "riposte:hubAccount": "111122223333"}, "needs riposte:organizationId"},
		"one account's boundary for all": {map[string]any{
			"riposte:topology": "spoke", "riposte:hubAccount": "111122223333", "riposte:externalId": "an-id",
			"riposte:permissionsBoundary": "arn:aws:iam::111122223333:policy/Bound",
		}, "give the name alone"},
	} {
		_, err := ReadSettings(test.context, none, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: %v, want an error that says %q", name, err, test.say)
		}
	}
	_, err := ReadSettings(map[string]any{"riposte:stackName": "-", "riposte:concurrency": "many"}, none, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "stackName") || !strings.Contains(err.Error(), "concurrency") {
		t.Errorf("two wrong settings: %v, want both named", err)
	}
}

// TestCredentials holds that a deployment is not sent to another partition than its own. The region of the credentials does not
// matter: every stack says where it goes.
func TestCredentials(t *testing.T) {
	for name, test := range map[string]struct {
		env     map[string]string
		context map[string]any
		say     string // empty when all is well
	}{
		"unknown":              {},
		"home":                 {env: map[string]string{"CDK_DEFAULT_REGION": "us-east-1"}},
		"another region":       {env: map[string]string{"AWS_REGION": "eu-west-1"}},
		"the CDK knows better": {env: map[string]string{"CDK_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "cn-north-1"}},
		"China":                {env: map[string]string{"AWS_REGION": "cn-north-1"}, say: "set riposte:partition=aws-cn"},
		"China, as it is said": {env: map[string]string{"AWS_REGION": "cn-northwest-1"}, context: map[string]any{"riposte:partition": "aws-cn"}},
		"by the old name":      {env: map[string]string{"AWS_DEFAULT_REGION": "us-gov-west-1"}, say: "the credentials are for us-gov-west-1 (AWS_DEFAULT_REGION)"},
	} {
		_, err := ReadSettings(test.context, func(n string) string { return test.env[n] }, t.TempDir())
		if test.say == "" && err != nil || test.say != "" && (err == nil || !strings.Contains(err.Error(), test.say)) {
			t.Errorf("%s: %v, want %q", name, err, test.say)
		}
	}
}

// TestSettingsWithPolicy holds what follows from riposte.yaml for the settings, and what contradicts it.
func TestSettingsWithPolicy(t *testing.T) {
	hub := map[string]any{"riposte:topology": "organization", "riposte:organizationalUnits": "r-ab12"}
	named := map[string]any{"riposte:topology": "organization", "riposte:organizationalUnits": "r-ab12", "riposte:organizationId": "o-zzzzzzzzzz"}
	for name, test := range map[string]struct {
		yaml    string
		context map[string]any
		undo    bool
		of      string
		say     string
	}{
		"undone on silence":                {yaml: "contain: { after: 4h, on_silence: undo }\n", undo: true},
		"kept on silence":                  {yaml: "contain: { after: 4h, on_silence: keep }\n"},
		"kept, and asked for all the same": {yaml: "contain: { after: 4h, on_silence: keep }\n", context: map[string]any{"riposte:undo": "true"}, undo: true},
		"undone without permission":        {yaml: "contain: { after: 4h, on_silence: undo }\n", context: map[string]any{"riposte:undo": false}, say: "riposte:undo=false takes the permissions away"},
		"the organisation's ID":            {yaml: "organization: o-a1b2c3d4e5\n", context: hub, of: "o-a1b2c3d4e5"},
		"another organisation's":           {yaml: "organization: o-a1b2c3d4e5\n", context: named, say: "make them one"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, configName), test.yaml)
			pack(t, root, test.yaml)
			s, err := ReadSettings(test.context, none, root)
			if test.say != "" {
				if err == nil || !strings.Contains(err.Error(), test.say) {
					t.Errorf("%v, want an error that says %q", err, test.say)
				}
				return
			}
			if err != nil || s.Undo != test.undo || s.OrganizationID != test.of {
				t.Errorf("%v: undo %v, want %v; organisation %q, want %q", err, s.Undo, test.undo, s.OrganizationID, test.of)
			}
		})
	}
}

// TestExternalID holds that hub and spokes come to the same ID, and others to another.
func TestExternalID(t *testing.T) {
	id := externalIDOf("o-a1b2c3d4e5", "Riposte")
	if id != externalIDOf("o-a1b2c3d4e5", "Riposte") || !externalID.MatchString(id) {
		t.Errorf("%s is not the same twice or not what AWS takes", id)
	}
	for _, other := range []string{externalIDOf("o-a1b2c3d4e6", "Riposte"), externalIDOf("o-a1b2c3d4e5", "Other")} {
		if other == id {
			t.Errorf("%s is another deployment's too", id)
		}
	}
}
