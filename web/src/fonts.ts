// Noto Sans SC, for devices without a Chinese font. A page names it last, so that a slice is
// fetched only when nothing before it has the character.

import "@fontsource/noto-sans-sc/400.css";
