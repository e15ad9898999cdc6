# The pages that members see who come by a link.

page-languages = Language
page-skip = Skip to the content
page-standing-title = Your standing
page-standing-in = in { $community }
page-appeal-title = Your appeal
page-appeal-about = about case { $case } in { $community }
page-back = Back to your standing
page-link-until = This link is yours alone; do not pass it on. It works until { $until }.

page-happened = What happened
page-act = Act
page-when = When
page-why = Why
page-why-none = No reason was written down.
page-rule = Rule
page-decided = Decided by
page-decided-moderator = A moderator
page-decided-rule = An automatic rule, without a person
page-decided-ladder = Automatically, because of how many points you had
page-points-of = Counts
page-case = Case
page-for = { $act }, for { $duration }
page-until = Until
page-until-lifted = It has no end of its own; it holds until it is lifted.
page-is-over = It is over.
page-voided = This case no longer counts, and nothing follows from it any more.
page-reduced = This case was reduced: it counts less than it did at first.

page-restrictions = What holds now
page-restrictions-none = Nothing. You are not restricted.
page-restriction-until = until { $until }
page-restriction-open = until it is lifted

page-points = Your points
page-points-none = You have no points.
page-points-now = You have { $points } now.
page-points-paused = They stand still until { $until }, and fall from then on.
page-points-frozen = They stand still as long as a restriction without an end holds.
page-points-stay = They do not fall by themselves.
page-points-clear = If nothing else happens, the last of them is gone on { $at }.
page-plot = How your points fall from now on, if nothing else happens
page-plot-described = From { $points } on { $from } to { $left } on { $to }. The table below has the exact times.
page-plot-levels = Dashed: points at which something follows from another act.
page-falls = When your points fall
page-falls-at = From
page-falls-points = Points
page-falls-below = What that means
page-falls-level = Below the level for: { $act }
page-falls-clear = All gone

page-appeal-call = Do you think this was wrong?
page-appeal-why = You may say so. Somebody other than the person who decided it looks at the case again.
page-appeal-start = Appeal against this
page-appeal-see = See your appeal

page-progress = Progress
page-state-submitted = Your appeal is here, and waits for a reviewer.
page-state-in-review = A reviewer has it in hand.
page-state-closed = It was decided.
page-state-withdrawn = You took it back.
page-state-moot = There is nothing left to decide: the case no longer counts, or it was lifted.
page-state-draft = You are still writing it.
page-state-needs-info = A reviewer wants to know something from you.
page-state-answered = You answered what a reviewer wanted to know.
page-state-barred = It was refused, and nobody looks at it.
page-state-expired = Your time for it was over.
page-outcome-uphold = The case stands as it is.
page-outcome-void = You were right: the case no longer counts, and nothing follows from it any more.
page-outcome-reduce = The case counts less from now on, or its restriction ends sooner.
page-outcome-replace = Something milder takes its place from the start.
page-outcome-reason = The reviewer says:
page-said = What you said
page-said-links = Links that you gave

page-write = Say why
page-write-help = What happened, as you see it? At most { $most } characters. Reviewers read it; nobody publishes it.
page-evidence = Links to what shows it
page-evidence-help = Optional: one on each line, at most { $most }, such as https://example.com/picture.
page-send = Send the appeal
page-asked = A reviewer asks
page-asked-until = Answer until { $until }; after that the appeal is over.
page-answer = Your answer
page-answer-send = Send the answer
page-draft = Finish your appeal
page-more = Say something more
page-more-write = What else is there to say?
page-more-send = Send this
page-optional = (optional)
page-withdraw = Take the appeal back
page-withdraw-help = A reviewer then does not look at it any more.
page-withdraw-sure = Yes, take it back

page-no-appeal = There can be no appeal now
page-no-appeal-voided = This case no longer counts.
page-no-appeal-kind = There are no appeals of this kind of case in this community.
page-no-appeal-most = There were { $most } appeals against this case, and more are not possible.
page-no-appeal-late = The time to appeal was over on { $since }.
page-no-appeal-early = It is too early for an appeal. You can appeal from { $from } on.
page-cannot = That cannot be done now. What you wrote is still here.

page-wrong = Please look at this again
page-wrong-empty = Write something before you send it.
page-wrong-long = That is too long: { $count } characters, and { $most } are the most. Shorten it; it is all still here.
page-wrong-characters = There are characters in it that cannot be kept. Use letters, digits, punctuation and line breaks.
page-wrong-links = At most { $most } links, each on its own line, beginning with https:// or http://.
page-wrong-answer = Answer each question that is not optional, with at most { $most } characters.
page-wrong-form = This form was open for too long, or was not sent from this page. Look through it, and send it once more.

page-nothing = This link does not work
page-nothing-why = It may be incomplete, too old, or no longer valid. Ask whoever gave it to you for another one.
page-too-large = That was too much at once
page-too-large-why = An appeal has at most { $most } characters. Go back, shorten it, and send it again.
page-too-often = Too many requests
page-too-often-why = Wait { $wait }, then try again.
page-broken = That did not work
page-broken-why = Something failed on our side. Wait a moment, then try again.
