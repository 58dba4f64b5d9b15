interface WithNavigation {
  navigation?: EventTarget;
}

/** Calls back when the page's address changes without a new page. A change of the fragment is none. */
export function watchAddress(changed: () => void): void {
  let last = address();
  const look = () => {
    const now = address();
    if (now === last) return;
    last = now;
    changed();
  };
  const { navigation } = window as WithNavigation;
  if (navigation) {
    navigation.addEventListener('currententrychange', look);
    return;
  }
  // Browsers without the Navigation API tell nobody about `pushState`, so it is listened to.
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (this: History, ...given: Parameters<History['pushState']>) {
      original.apply(this, given);
      queueMicrotask(look);
    };
  }
  window.addEventListener('popstate', look);
}

function address(): string {
  return location.origin + location.pathname + location.search;
}
