import {
  Badge,
  Button,
  Card,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Modal,
  Popover,
  Skeleton,
  Tooltip,
} from '@mantine/core';

const rose: MantineColorsTuple = [
  '#fff1f3',
  '#ffe1e6',
  '#fdc6d0',
  '#f99fb0',
  '#f1738c',
  '#e34d6c',
  '#cf2d53',
  '#b31b45',
  '#96183c',
  '#781433',
];

// Dark enough where it is filled (6 in the dark scheme, 7 in the light one) for white letters.
const red: MantineColorsTuple = [
  '#fff5f5',
  '#ffe3e3',
  '#ffc9c9',
  '#ffa8a8',
  '#ff8787',
  '#ff6b6b',
  '#d92d2d',
  '#c92a2a',
  '#b02525',
  '#8f1f1f',
];

// Warm greys, so that surfaces and the accent look like one family.
const gray: MantineColorsTuple = [
  '#faf8f8',
  '#f4f1f1',
  '#e9e4e5',
  '#dad4d5',
  '#c4bcbe',
  '#9c9295',
  '#6f6669',
  '#544c4f',
  '#362f32',
  '#1e191b',
];

const dark: MantineColorsTuple = [
  '#ece7e9',
  '#c9c1c4',
  '#a79da1',
  '#7c7276',
  '#463e41',
  '#362f32',
  '#282225',
  '#1d181a',
  '#161214',
  '#100d0e',
];

export const theme = createTheme({
  primaryColor: 'rose',
  primaryShade: { light: 7, dark: 6 },
  colors: { rose, red, gray, dark },
  black: '#1e191b',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '640',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Badge: Badge.extend({ defaultProps: { radius: 'sm', variant: 'light' } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Card: Card.extend({ defaultProps: { radius: 'lg', withBorder: true, padding: 'md' } }),
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Modal: Modal.extend({
      defaultProps: { radius: 'lg', closeButtonProps: { 'aria-label': 'Close' } },
    }),
    Popover: Popover.extend({ defaultProps: { radius: 'md', shadow: 'md' } }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: 'sm' } }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        withArrow: true,
        multiline: true,
        maw: 300,
        openDelay: 150,
        events: { hover: true, focus: true, touch: true },
      },
    }),
  },
});
