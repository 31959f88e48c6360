package iampolicy_test

import (
	"fmt"
	"strings"
	"testing"

	"riposte/pkg/iampolicy"
)

// benchmarkPolicy is a policy of about 2 KB such as a service's role has: named actions, wildcards, conditions, a Deny.
func benchmarkPolicy() []byte {
	var b strings.Builder
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i, s := range []string{
		`"Sid":"Objects","Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:ListBucket"],"Resource":["arn:aws:s3:::app-data","arn:aws:s3:::app-data/*"]`,
		`"Sid":"Table","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:Query","dynamodb:UpdateItem","dynamodb:BatchWriteItem"],"Resource":"arn:aws:dynamodb:eu-west-1:111122223333:table/app"`,
		`"Sid":"Logs","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:eu-west-1:111122223333:log-group:/app/*"`,
		`"Sid":"Look","Effect":"Allow","Action":["ec2:Describe*","cloudwatch:GetMetric*","cloudwatch:List*","tag:GetResources"],"Resource":"*"`,
		`"Sid":"Queue","Effect":"Allow","Action":["sqs:SendMessage","sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes"],"Resource":"arn:aws:sqs:eu-west-1:111122223333:jobs","Condition":{"Bool":{"aws:SecureTransport":"true"}}`,
		`"Sid":"Keys","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}`,
		`"Sid":"Run","Effect":"Allow","Action":["ecs:RunTask","ecs:DescribeTasks","ecs:StopTask"],"Resource":"*","Condition":{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:eu-west-1:111122223333:cluster/app"}}`,
		`"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/app-task","Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}`,
		`"Sid":"Never","Effect":"Deny","Action":["s3:DeleteBucket","s3:PutBucketPolicy"],"Resource":"*"`,
	} {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "{%s}", s)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

func BenchmarkJudge(b *testing.B) {
	document := benchmarkPolicy()
	if v := iampolicy.Judge(document); !v.Judged {
		b.Fatal(v.Reason)
	}
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		iampolicy.Judge(document)
	}
}

func BenchmarkParse(b *testing.B) {
	document := benchmarkPolicy()
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := iampolicy.Parse(document); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJudgeAdmin(b *testing.B) {
	document := []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		iampolicy.Judge(document)
	}
}
