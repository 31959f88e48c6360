package iampolicy_test

import (
	"testing"

	"riposte/pkg/iampolicy"
)

// benchBucket is a bucket policy of about 2 KB, as a careful team writes it.
const benchBucket = `{"Version":"2012-10-17","Id":"reports","Statement":[
{"Sid":"Team","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/reports-writer","arn:aws:iam::111122223333:role/reports-reader"]},"Action":["s3:GetObject","s3:PutObject","s3:ListBucket"],"Resource":["arn:aws:s3:::reports","arn:aws:s3:::reports/*"]},
{"Sid":"Partner","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/partner/*"},
{"Sid":"Distribution","Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/web/*","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"}}},
{"Sid":"Logs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::reports/logs/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::web"},"StringEquals":{"aws:SourceAccount":"111122223333"}}},
{"Sid":"Organization","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":"arn:aws:s3:::reports/shared/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}},
{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::reports","arn:aws:s3:::reports/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
{"Sid":"Outside","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::reports","arn:aws:s3:::reports/*"],"Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}
]}`

func BenchmarkJudgeResource(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchBucket)))
	c := ownContext()
	for b.Loop() {
		if v := iampolicy.JudgeResource([]byte(benchBucket), "s3", c); !v.Judged || len(v.Risks) > 0 {
			b.Fatal(v)
		}
	}
}

func BenchmarkJudgeTrust(b *testing.B) {
	b.ReportAllocs()
	c := ownContext()
	document := webIdentity("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
		`"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/reports:*"}`)
	for b.Loop() {
		if v := iampolicy.JudgeTrust(document, c); !v.Judged || len(v.Risks) > 0 {
			b.Fatal(v)
		}
	}
}
