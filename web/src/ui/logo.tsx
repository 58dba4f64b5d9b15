type LogoProps = { size?: number };

/** The mark: a rose in a speech bubble. */
export function Logo({ size = 28 }: LogoProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        fill="#b31b45"
        d="M16 2c7.7 0 14 5.6 14 12.600S23.7 27.2 16 27.200c-1.3 0-2.6-.2-3.8-.5L5.6 30.100c-.7.3-1.4-.3-1.2-1l1.3-5.200C3.4 21.6 2 18.3 2 14.6 2 7.6 8.3 2 16 2Z"
      />
      <g fill="none" stroke="#fff" strokeWidth="2.1" strokeLinecap="round">
        <path d="M16.2 14.900c-.9-.8-.3-2.3 1-2.3 1.9 0 3 2 2.2 3.7-1 2.2-4 2.6-5.8.9-2.2-2.1-1.7-5.8.8-7.5 3.2-2.2 7.7-.7 9 2.9" />
        <path d="M9.3 12.500c-.9 4.6 2.3 9.2 7.3 9.3 3.1.1 5.7-1.6 6.9-4.2" />
      </g>
    </svg>
  );
}
