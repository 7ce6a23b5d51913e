error-unknown-title = We do not have this page
error-unknown = The address may be old or mistyped. Search for the clinic by its name, or start with a ZIP code.
error-delisted-title = This listing was taken down
error-delisted = We no longer list this place. That may be at its own wish, or because it closed. It does not tell you more than that.
error-merged-title = This listing is now part of another one
error-merged = The same place stood here twice. You find it here now:
error-refused-title = That did not work
error-refused = Something in the address was not right. Try again from here.
error-busy-title = Too many requests at once
error-busy = We had to slow down so that the list stays open for all. Nothing is wrong on your side.
error-wait = { $n ->
    [one] Please try again in 1 second.
   *[other] Please try again in { $value } seconds.
 }
error-down-title = We cannot do this right now
error-down = A part of our system is down or slow. The list itself may still work: try a search.
error-failed-title = We made a mistake
error-failed = The fault is on our side. Please try again, or start with a search.
error-number = If you tell us about it, name this number:
error-back = Search for care
error-check = Check a provider
