module frontier.test/interop/old

go 1.23

require (
	frontier.test/interop/peer v0.0.0
	github.com/singchia/geminio v1.1.7-rc.1
)

require (
	github.com/jumboframes/armorigo v0.2.5 // indirect
	github.com/singchia/go-timer/v2 v2.2.1 // indirect
	github.com/singchia/yafsm v1.0.1 // indirect
)

replace frontier.test/interop/peer => ../peer
