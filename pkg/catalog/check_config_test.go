package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/actions"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

func TestCheckNames(t *testing.T) {
	cfg, err := config.Parse("riposte.yaml", []byte(`rules:
  IAM-002: { mode: act }
  access-key-created: { mode: act }
  iam-002: { mode: act }
  acces-key-created: { mode: off }
accounts:
  "111122223333": { rules: { IAM-999: { mode: ask } } }
exceptions:
  - { rule: "*", account: "111122223333", owner: o, reason: r, expires: 2027-01-31 }
  - { rule: LOG-001, account: "111122223333", owner: o, reason: r, expires: 2027-01-31 }
irreversible: [ delete-key, deactivate-key, drop-everything ]
notify:
  routes: [{ rules: [access-key-created, IAM-002, acces-key-created], to: [default] }]
  silences: [{ rules: [IAM-003], until: 2027-01-31, owner: o, reason: r }, { rules: [IAM-004], until: 2027-01-31, owner: o, reason: r }]
`))
	if err != nil {
		t.Fatal(err)
	}
	err = checkNames(cfg,
		[]*detect.Rule{{ID: "IAM-002", Class: "access-key-created"}, {ID: "IAM-003", Class: "admin-policy-attached"}},
		[]actions.Action{{ID: "delete-key"}, {ID: "deactivate-keys", Reversible: true}})
	want := `riposte.yaml:4:3: rules: no rule or class "iam-002" in this version: did you mean IAM-002?; "riposte rules" lists them
riposte.yaml:5:3: rules: no rule or class "acces-key-created" in this version: did you mean access-key-created?; "riposte rules" lists them
riposte.yaml:7:30: accounts.111122223333.rules: no rule or class "IAM-999" in this version; "riposte rules" lists them
riposte.yaml:10:13: exceptions[1].rule: no rule or class "LOG-001" in this version; "riposte rules" lists them
riposte.yaml:11:29: irreversible[1]: no action "deactivate-key" in this version: did you mean deactivate-keys?; "riposte actions" lists them
riposte.yaml:11:45: irreversible[2]: no action "drop-everything" in this version; "riposte actions" lists them
riposte.yaml:13:51: notify.routes[0].rules[2]: no rule or class "acces-key-created" in this version: did you mean access-key-created?; "riposte rules" lists them
riposte.yaml:14:86: notify.silences[1].rules[0]: no rule or class "IAM-004" in this version: did you mean IAM-002?; "riposte rules" lists them`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestExampleNamesWhatExists(t *testing.T) {
	cfg, err := config.Load("../../riposte.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckConfig(cfg); err != nil {
		t.Error(err)
	}
	if err := CheckConfig(config.Default()); err != nil {
		t.Error(err)
	}
}
