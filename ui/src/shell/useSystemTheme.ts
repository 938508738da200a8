// Follows the system's theme while the choice is "auto".
import { useEffect } from 'react';
import { applyTheme, getPref } from '../time/prefs';

export function useSystemTheme(): void {
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => {
      if (getPref('theme', 'auto') === 'auto') applyTheme('auto');
    };
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
}
