# What the shipped flows ask people, one thing after the other.

talk-cancel = Cancel

talk-appeal-title = File an appeal
talk-appeal-case = The number of the case
talk-appeal-ask = Say why the decision was wrong, in your own words. A link to what shows it helps.
talk-appeal-statement = What happened
talk-appeal-evidence = A link to what shows it
talk-appeal-questions = The community wants to know this besides.
talk-appeal-check = This is what a reviewer will read. Shall it be filed?
talk-appeal-file = File it
talk-appeal-edit = Write it anew
talk-appeal-refused = The appeal could not be filed.
talk-appeal-again = Try again
talk-appeal-filed = Your appeal is filed. Somebody who had no part in the decision looks at the case.
talk-appeal-cancelled = Nothing was filed.
talk-appeal-late = Too much time has passed, and nothing was filed. You can begin anew.

talk-act-title = Confirm a severe act
talk-act-member = The member
talk-act-kind = The kind of act
talk-act-duration = For how many seconds
talk-act-reason = The reason
talk-act-ask = This is a severe act. Please confirm that it is meant.
talk-act-confirm = Confirm
talk-act-done = It is done.
talk-act-held = It waits for somebody else to approve it.
talk-act-refused = It was refused, and nothing was done.
talk-act-cancelled = Nothing was done.
talk-act-late = Nobody confirmed it in time, and nothing was done.

talk-link-title = Link an account on another platform
talk-link-code = Enter this code on the other platform within ten minutes. Give it to nobody else.
talk-link-again = A new code
talk-link-ask = Somebody entered your code on another platform and says that both accounts are theirs. Is this you?
talk-link-confirm = Yes, this is me
talk-link-deny = No
talk-link-linked = The accounts are linked. From now on they are one person here.
talk-link-denied = The accounts were not linked.
talk-link-cancelled = The accounts were not linked.
talk-link-late = Too much time has passed, and the accounts were not linked.
talk-link-failed = The accounts could not be linked.

talk-code-title = Enter the code of an account on another platform
talk-code-ask = Enter the code that you were given on the other platform.
talk-code-code = The code
talk-code-wrong = This is no code that counts now. Look at it once more, or have a new one made.
talk-code-check = Is this your account on the other platform? If somebody else gave you the code, say no.
talk-code-waiting = Now confirm on the other platform.
talk-code-failed = Too many codes were wrong.

talk-fact-appeal = The appeal
talk-fact-held = The act that waits
talk-fact-other = The other account
talk-fact-refusal = Why
