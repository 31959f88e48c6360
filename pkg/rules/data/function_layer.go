package data

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/iampolicy"
)

// publishers are the accounts from which AWS publishes layers in most regions, and how the names of those layers begin.
// Layers of regions that have an account of their own are told like any stranger's.
func publishers() map[string]string {
	return map[string]string{
		"017000801446": "AWSLambdaPowertools", // https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
		"094274105915": "AWSLambdaPowertools", // https://docs.aws.amazon.com/powertools/typescript/latest/getting-started/lambda-layers/
		"580247275435": "LambdaInsights",      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-extension-versions.html
		"901920570463": "aws-otel-",           // https://aws-otel.github.io/docs/getting-started/lambda
		"177933569100": "AWS-Parameters-and-", // https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html
		"027255383542": "AWS-AppConfig-",      // https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-integration-lambda-extensions-versions.html
		"336392948345": "AWSSDKPandas-",       // https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html
	}
}

// strangersLayer returns the first layer of an account that is neither the function's nor known, or "".
func strangersLayer(ev *cloudtrail.Event, function string, layers []cloudtrail.Text) string {
	own, _ := iampolicy.ParseARN(function)
	for _, l := range layers {
		a, ok := iampolicy.ParseARN(string(l))
		name, isLayer := strings.CutPrefix(a.Resource, "layer:")
		if !ok || !isLayer || a.Account == own.Account || ev.Inside(a.Account) {
			continue
		}
		if prefix, published := publishers()[a.Account]; !published || !strings.HasPrefix(name, prefix) {
			return string(l)
		}
	}
	return ""
}
