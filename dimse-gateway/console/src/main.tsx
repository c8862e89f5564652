import { bearNonce, DesignProvider, LeaveQuestions } from '@isocenter/design-system'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Console } from './console.tsx'
import { ConsoleProblems } from './words/console-problems.tsx'
import './console.css'

const nonce = bearNonce(document)
const root = document.getElementById('root')
if (!root) throw new Error('The page lacks its root element.')
createRoot(root).render(<StrictMode><DesignProvider nonce={nonce}><ConsoleProblems><Console /><LeaveQuestions /></ConsoleProblems></DesignProvider></StrictMode>)
