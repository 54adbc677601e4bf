"""Every benchmark: ``make bench``. One run, ratios to a peer or a floor; no test asserts them."""

import browser
import kernel
import memory
import painting
import wanting

kernel.main()
memory.main()
browser.main()
painting.main()
wanting.main()
