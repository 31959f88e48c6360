package cost

// Prices in US dollars, as AWS lists them for us-east-1. Those of CloudTrail's second copy, CloudWatch and Scheduler were
// not read on AWS's own pages when this was written: check them before you rely on a total.
const (
	dynamoWrite    = 0.625 / 1e6 // a write of up to 1 KB, on demand; the index counts as another
	dynamoRead     = 0.125 / 1e6 // a strongly consistent read of up to 4 KB
	dynamoStorage  = 0.25        // a GB and month
	lambdaRequest  = 0.20 / 1e6
	lambdaSecond   = 0.0000133334 / 4 // of 256 MB on arm64
	sqsRequest     = 0.50 / 1e6       // FIFO; a standard queue costs 0.40
	busEvent       = 1.00 / 1e6       // a custom event of up to 64 KB, and one that crosses a region or an account
	snsPublish     = 0.50 / 1e6       // e-mails cost 2 dollars per 100,000 more
	logGB          = 0.50
	secretRequest  = 5.00 / 1e6 // 10,000 for 0.05
	keyMonth       = 1.00
	keyRequest     = 3.00 / 1e6 // 10,000 for 0.03
	metricMonth    = 0.30
	alarmMonth     = 0.10
	dashboardMonth = 3.00
	schedule       = 1.00 / 1e6 // an invocation by EventBridge Scheduler, after 14 million free ones
	trailEvent     = 2.00 / 1e5 // a management event of a second trail
)

// Seconds for which a function runs on a warm instance, rounded up on purpose: most of it waits for DynamoDB. One more is
// what reading back takes where IAM is slow.
const (
	secondsNothing = 0.02
	secondsAlert   = 0.30
	secondsAct     = 2.00
)
