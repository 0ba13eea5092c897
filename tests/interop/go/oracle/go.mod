module frontier.test/interop/oracle

go 1.24.0

require github.com/singchia/geminio v1.3.0-rc.2

require github.com/jumboframes/armorigo v0.2.5
