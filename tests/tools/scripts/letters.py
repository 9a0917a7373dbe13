# [genlm element]
# name=test-letters
# type=Letters
# description=Text of few letters
# author=Tester
#
# [property n]
# type=u
# default=3
# description=How many letters
#
# [property list]
# type=s
# file=true

raise SystemExit('inspect does not run scripts')
