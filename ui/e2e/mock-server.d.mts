export const CSP: string;
export function start(options: { role: 'server' | 'dash'; port?: number; prefix?: string; promUrl: string; dashDir?: string }): Promise<{ url: string; close: () => void }>;
