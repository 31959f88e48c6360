// Command infra is the CDK app that deploys Riposte into one account or an organisation. "make synth" runs it; its settings
// stand in cdk.json, or on the CDK's command line as -c riposte:KEY=VALUE.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"riposte/infra/stack"
)

func main() {
	os.Exit(run(os.Getenv, os.Stderr))
}

func run(getenv func(string) string, stderr io.Writer) int {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	given, _ := app.Node().GetAllContext(nil).(map[string]any)
	settings, err := stack.ReadSettings(given, getenv, ".")
	if err == nil {
		_, err = stack.New(app, settings)
	}
	if err != nil {
		fmt.Fprintln(stderr, "riposte: nothing was synthesised:", err)
		return 1
	}
	app.Synth(nil)
	return 0
}
