# Les pages que voient les membres qui viennent par un lien.

page-languages = Langue
page-skip = Aller au contenu
page-standing-title = Votre situation
page-standing-in = dans { $community }
page-appeal-title = Votre recours
page-appeal-about = sur le cas { $case } dans { $community }
page-back = Retour à votre situation
page-link-until = Ce lien n’est qu’à vous ; ne le transmettez pas. Il fonctionne jusqu’au { $until }.

page-happened = Ce qui s’est passé
page-act = Mesure
page-when = Quand
page-why = Pourquoi
page-why-none = Aucun motif n’a été noté.
page-rule = Règle
page-decided = Décidé par
page-decided-moderator = Une personne de la modération
page-decided-rule = Une règle automatique, sans intervention humaine
page-decided-ladder = Automatiquement, à cause du nombre de vos points
page-points-of = Compte
page-case = Cas
page-for = { $act }, pendant { $duration }
page-until = Jusqu’au
page-until-lifted = Pas de fin prévue ; la mesure tient jusqu’à ce qu’elle soit levée.
page-is-over = C’est terminé.
page-voided = Ce cas ne compte plus, et plus rien n’en découle.
page-reduced = Ce cas a été réduit : il compte moins qu’au début.

page-restrictions = Ce qui est en vigueur
page-restrictions-none = Rien. Vous n’avez aucune restriction.
page-restriction-until = jusqu’au { $until }
page-restriction-open = jusqu’à ce que ce soit levé

page-points = Vos points
page-points-none = Vous n’avez aucun point.
page-points-now = Vous avez { $points } en ce moment.
page-points-paused = Ils restent tels quels jusqu’au { $until }, puis diminuent.
page-points-frozen = Ils restent tels quels tant qu’une restriction sans fin est en vigueur.
page-points-stay = Ils ne diminuent pas d’eux-mêmes.
page-points-clear = S’il ne se passe rien d’autre, le dernier disparaît le { $at }.
page-plot = Comment vos points diminuent à partir de maintenant, s’il ne se passe rien d’autre
page-plot-described = De { $points } le { $from } à { $left } le { $to }. Le tableau ci-dessous donne les dates exactes.
page-plot-levels = En pointillé : nombre de points à partir duquel une autre mesure a des conséquences.
page-falls = Quand vos points diminuent
page-falls-at = À partir du
page-falls-points = Points
page-falls-below = Ce que cela signifie
page-falls-level = Sous le niveau pour : { $act }
page-falls-clear = Il n’en reste aucun

page-appeal-call = Pensez-vous que c’était une erreur ?
page-appeal-why = Vous pouvez le dire. Une personne autre que celle qui a décidé réexamine le cas.
page-appeal-start = Faire un recours
page-appeal-see = Voir votre recours

page-progress = Avancement
page-state-submitted = Votre recours est arrivé et attend d’être examiné.
page-state-in-review = Quelqu’un l’examine.
page-state-closed = Il a été tranché.
page-state-withdrawn = Vous l’avez retiré.
page-state-moot = Il n’y a plus rien à décider : le cas ne compte plus, ou il a été levé.
page-state-draft = Vous êtes encore en train de l’écrire.
page-state-needs-info = La personne qui l’examine veut savoir quelque chose de vous.
page-state-answered = Vous avez répondu à la question.
page-state-barred = Il a été refusé, et personne ne l’examine.
page-state-expired = Votre délai est passé.
page-outcome-uphold = Le cas reste tel quel.
page-outcome-void = Vous aviez raison : le cas ne compte plus, et plus rien n’en découle.
page-outcome-reduce = Le cas compte moins désormais, ou sa restriction se termine plus tôt.
page-outcome-replace = Une mesure plus légère prend sa place depuis le début.
page-outcome-reason = Le motif :
page-said = Ce que vous avez dit
page-said-links = Liens que vous avez donnés

page-write = Dites pourquoi
page-write-help = Que s’est-il passé, selon vous ? Au plus { $most } caractères. Seules les personnes qui examinent le recours le lisent ; rien n’est publié.
page-evidence = Liens vers ce qui le montre
page-evidence-help = Facultatif : un par ligne, au plus { $most }, par exemple https://example.com/image.
page-send = Envoyer le recours
page-asked = Une question pour vous
page-asked-until = Répondez avant le { $until } ; ensuite le recours est terminé.
page-answer = Votre réponse
page-answer-send = Envoyer la réponse
page-draft = Terminez votre recours
page-more = Ajouter quelque chose
page-more-write = Qu’y a-t-il d’autre à dire ?
page-more-send = Envoyer
page-optional = (facultatif)
page-withdraw = Retirer le recours
page-withdraw-help = Plus personne ne l’examine alors.
page-withdraw-sure = Oui, le retirer

page-no-appeal = Aucun recours n’est possible maintenant
page-no-appeal-voided = Ce cas ne compte plus.
page-no-appeal-kind = Dans cette communauté, ce genre de cas ne peut pas être contesté.
page-no-appeal-most = Ce cas a déjà eu { $most } recours, et il n’y en a pas davantage.
page-no-appeal-late = Le délai pour contester s’est terminé le { $since }.
page-no-appeal-early = C’est trop tôt. Vous pourrez contester à partir du { $from }.
page-cannot = Ce n’est pas possible en ce moment. Ce que vous avez écrit est toujours là.

page-wrong = Veuillez revoir ceci
page-wrong-empty = Écrivez quelque chose avant d’envoyer.
page-wrong-long = C’est trop long : { $count } caractères, et le maximum est { $most }. Raccourcissez ; tout est encore là.
page-wrong-characters = Le texte contient des caractères qui ne peuvent pas être gardés. Utilisez des lettres, des chiffres, de la ponctuation et des retours à la ligne.
page-wrong-links = Au plus { $most } liens, chacun sur sa ligne et commençant par https:// ou http://.
page-wrong-answer = Répondez à chaque question qui n’est pas facultative, avec { $most } caractères au plus.
page-wrong-form = Ce formulaire est resté ouvert trop longtemps ou n’a pas été envoyé depuis cette page. Relisez-le, puis envoyez-le de nouveau.

page-nothing = Ce lien ne fonctionne pas
page-nothing-why = Il est peut-être incomplet, trop ancien ou plus valable. Demandez-en un autre à qui vous l’a donné.
page-too-large = C’était trop d’un coup
page-too-large-why = Un recours a au plus { $most } caractères. Revenez en arrière, raccourcissez-le et envoyez-le de nouveau.
page-too-often = Trop de requêtes
page-too-often-why = Attendez { $wait }, puis réessayez.
page-broken = Cela n’a pas fonctionné
page-broken-why = Quelque chose a échoué de notre côté. Attendez un instant, puis réessayez.
