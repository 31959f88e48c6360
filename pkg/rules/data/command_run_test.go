package data

import "testing"

func TestRunsAnything(t *testing.T) {
	for name, want := range map[string]bool{
		"AWS-RunShellScript": true,
		"arn:aws:ssm:us-east-1::document/AWS-RunShellScript":  true,
		"arn:aws:ssm:us-east-1:111122223333:document/restart": true,
		"restart":                 true,
		"aws-RunPatchBaseline":    true, // a customer may choose such a name
		"AWS-RunPatchBaseline":    false,
		"AWS-UpdateSSMAgent":      false,
		"AWS-RunShellScriptOther": false,
		"arn:aws-cn:ssm:cn-north-1::document/AWS-GatherSoftwareInventory": false,
		"AmazonCloudWatch-ManageAgent":                                    false,
	} {
		if got := runsAnything(name); got != want {
			t.Errorf("runsAnything(%s) = %v", name, got)
		}
	}
}
