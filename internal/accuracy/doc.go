// Command accuracy measures Riposte's judgement against labelled policies and recorded CloudTrail events. Neither is part
// of the project; a part that is not there is left out:
//
//	go run ./internal/accuracy -policies FOLDER -cloudtrail FOLDER
//
// For the policy judge it prints recall and precision for each risk, what was missed or wrongly found and why the label
// says so. For the detector it prints which attacks are found, by class, and what is found in harmless records, by kind.
// It ends with status 1 where a goal is not reached.
package main
