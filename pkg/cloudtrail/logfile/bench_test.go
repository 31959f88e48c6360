package logfile

import (
	"bytes"
	"testing"
)

// BenchmarkRead measures how fast records are cut out of a log file in memory.
func BenchmarkRead(b *testing.B) {
	record := `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/Reader/x"},` +
		`"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","requestParameters":{"filterSet":{"items":[{"name":"a"}]}}}`
	file := []byte(`{"Records":[` + record)
	for range 5000 {
		file = append(append(file, ','), record...)
	}
	file = append(file, "]}"...)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		n := 0
		err := Read(b.Context(), "-", Options{Stdin: bytes.NewReader(file)}, func(Entry) error {
			n++
			return nil
		})
		if err != nil || n != 5001 {
			b.Fatalf("%d records, %v", n, err)
		}
	}
}
