# What members are told of cases, and of appeals that were decided or refused, or about which a reviewer asks something.

notice-done-note = A note about you was recorded in { $community }.
notice-done-warn = You have been warned in { $community }.
notice-done-mute = You have been muted in { $community }.
notice-done-unmute = You may speak again in { $community }.
notice-done-restrict = You have been restricted in { $community }. This is taken away: { $capabilities }.
notice-done-unrestrict = Restrictions on you in { $community } have been lifted.
notice-done-kick = You have been removed from { $community }. You may come back.
notice-done-tempban = You have been banned from { $community } for a time.
notice-done-ban = You have been banned from { $community }.
notice-done-unban = Your ban from { $community } has been lifted.
notice-done-delete_messages = Messages of yours have been deleted in { $community }.
notice-done-custom = This was recorded about you in { $community }: { $kind }.

notice-until = It lasts { $duration }, until { $until }.
notice-open = It has no end date.
notice-while-above = It lasts as long as you have { $points } or more.
notice-reason = Reason: { $reason }
notice-points = It adds { $points }.

notice-by-person = A person decided this.
notice-by-rule = This was decided automatically, by the rule { $rule }.
notice-by-escalation = This follows automatically from case #{ $cause }, by the community's rules.
notice-by-key = This was recorded by a tool of the community that does not say who decided it.

notice-number = Case #{ $case }
notice-appeal = If you think that this is wrong, you can appeal: ask the moderators of { $community } to look at case #{ $case } again.
notice-appeal-page = If you think that this is wrong, you can appeal on your page about case #{ $case }.
notice-appeal-from = You can appeal from { $at } on.
notice-appeal-until = You can appeal until { $at }.
notice-no-appeal = By the rules of { $community } case #{ $case } cannot be appealed.
notice-page = Your page, which needs no account, until { $until }: { $url }

notice-asked = Whoever reviews your appeal of case #{ $case } in { $community } asks you something. You can answer until { $until }.
notice-question = Question: { $question }
notice-barred = Your appeal of case #{ $case } in { $community } was refused, and nobody will look at it.

notice-decided-uphold = Your appeal of case #{ $case } in { $community } has been decided: the case stands.
notice-decided-reduce = Your appeal of case #{ $case } in { $community } has been decided: the case counts less from now on.
notice-decided-replace = Your appeal of case #{ $case } in { $community } has been decided: a milder act takes the place of the case.
notice-decided-void = Your appeal of case #{ $case } in { $community } has been decided: the case no longer counts.
notice-decided-split = The reviewers did not agree on a change.
notice-over = Its restriction is over.
notice-counts = It counts { $points } now.
notice-others-hold = What follows from other cases goes on.
