// axe-core finds nothing on any Spanish page.

import { scan } from "./support/axe.mjs";

scan("es");
